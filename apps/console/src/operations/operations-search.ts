export const operationsTabs = ['now', 'keys', 'credits'] as const;
export type OperationsTab = (typeof operationsTabs)[number];
export type OperationsSearch = { tab?: OperationsTab };

export function readOperationsSearch({ tab }: Record<string, unknown>): OperationsSearch {
  const known = operationsTabs.find((each) => each === tab);
  return known ? { tab: known } : {};
}
