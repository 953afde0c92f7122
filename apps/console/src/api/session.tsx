import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

const storageName = 'imagegen.key';

export type Session = {
  /** The API key or token that the console calls with; null when nobody is signed in. */
  token: string | null;
  /** `remember` keeps it on this device, else it is gone with the tab. */
  signIn: (token: string, remember: boolean) => void;
  signOut: () => void;
};

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [token, setToken] = useState(() => sessionStorage.getItem(storageName) ?? localStorage.getItem(storageName));
  const session = useMemo<Session>(
    () => ({
      token,
      signIn: (next, remember) => {
        (remember ? localStorage : sessionStorage).setItem(storageName, next);
        setToken(next);
      },
      signOut: () => {
        sessionStorage.removeItem(storageName);
        localStorage.removeItem(storageName);
        setToken(null);
      },
    }),
    [token],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('SessionProvider is missing');
  return session;
}
