/** How a generation ends whose time is over, whoever ends it. */
export const deadlineError = {
  code: 'DEADLINE_EXCEEDED',
  message: 'The generation did not finish before its deadline. Nothing is charged.',
} as const;
