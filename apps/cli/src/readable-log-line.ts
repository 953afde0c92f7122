/**
 * One line of a service's log for people: `warn provider answered slowly (ECONNRESET)`. The services log JSON; what else they print
 * (a list of configuration problems) stays as it is, without the lines of stack traces.
 */
export function readableLogLine(line: string): { level: string; text: string } | undefined {
  const entry = parseEntry(line);
  if (entry) {
    const level = typeof entry.level === 'string' ? entry.level : 'info';
    return { level, text: [entry.msg, reasonOf(entry.err)].filter(Boolean).join(': ') };
  }
  if (/^\s*$|^\s+at |^\s*\^+$|^node:|^Node\.js v|^\s*[{}]|^file:|^\s+[a-z]\w*: /.test(line)) return undefined;
  return { level: 'error', text: line.trim() };
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? (String(error.message).split('\n', 1)[0] ?? '') : '';
}
