import type { ErrorFormatter } from '../../http/error-reply.ts';

/** How the legacy doors spell an error: `error` is text, for front ends that show it as it is. */
export const formatLegacyError: ErrorFormatter = ({ code, message, details }) => ({
  success: false,
  error: message,
  code,
  message,
  ...(details && { details }),
});
