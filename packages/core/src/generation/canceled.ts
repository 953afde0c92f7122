/** How a canceled generation ends, whoever ends it. */
export const canceledError = { code: 'CANCELED', message: 'The generation was canceled. Nothing is charged.' } as const;
