import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Which of these processes owns the loopback connection that comes from a port; undefined when none does any more. Asked of Linux while the
 * connection stands still, so it must not wait for anything.
 */
export function findPeer(clientPort: number, pids: readonly number[]): number | undefined {
  const inode = inodeOf(clientPort);
  if (!inode) return undefined;
  const name = `socket:[${inode}]`;
  return pids.find((pid) => descriptorsOf(pid).includes(name));
}

/** The socket whose local port this is. Lines of /proc/net/tcp: `sl local_address rem_address st … inode`, ports in hexadecimal. */
function inodeOf(localPort: number): string | undefined {
  const suffix = `:${localPort.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields[1]?.endsWith(suffix) && fields[9] !== '0') return fields[9];
  }
  return undefined;
}

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((descriptor) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}
