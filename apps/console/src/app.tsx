import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { RouterProvider } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ApiProvider } from './api/api-provider.tsx';
import { SessionProvider, useSession } from './api/session.tsx';
import { router } from './router.tsx';
import { SignIn } from './shell/sign-in.tsx';
import { styleNonce } from './style-nonce.ts';
import { theme, variablesOf } from './theme.ts';

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variablesOf} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <Notifications position="bottom-right" />
      <SessionProvider>
        <Door />
      </SessionProvider>
    </MantineProvider>
  );
}

function Door() {
  const { token, signOut } = useSession();
  const refused = useCallback(() => signOut(), [signOut]);
  if (!token) return <SignIn />;
  return (
    <ApiProvider token={token} onRefused={refused}>
      <ModalsProvider>
        <RouterProvider router={router} />
      </ModalsProvider>
    </ApiProvider>
  );
}
