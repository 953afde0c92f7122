import type { ExplainedPlan, PlanNode } from './measured-database.ts';

/** The scans of a plan, outermost first: how rows are found says whether a list stays fast. */
export function summarizePlan({ Plan }: ExplainedPlan): string {
  const scans: string[] = [];
  visit(Plan);
  return [...new Set(scans)].join(' + ');

  function visit(node: PlanNode): void {
    if (node['Node Type'].endsWith('Scan') && (node['Index Name'] ?? node['Relation Name'])) {
      const kind = node['Node Type'].replace('Bitmap Heap Scan', '').replace(' Scan', '').replace('Index Only', 'index-only').toLowerCase();
      if (kind !== '') scans.push(`${kind} ${node['Index Name'] ?? node['Relation Name']}`);
    }
    for (const child of node.Plans ?? []) visit(child);
  }
}
