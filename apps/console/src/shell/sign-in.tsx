import { createClient } from '@imagegen/client/create-client';
import { Anchor, Box, Button, Center, Checkbox, Divider, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { failureText, statusOf } from '../api/failure-text.ts';
import { useSession } from '../api/session.tsx';
import { ColorSchemeToggle } from './color-scheme-toggle.tsx';

type Setup = { development_keys: string[] };

const queryClient = new QueryClient();

/** Signing in is pasting a key; in development the known ones are offered. */
export function SignIn() {
  return (
    <QueryClientProvider client={queryClient}>
      <SignInForm />
    </QueryClientProvider>
  );
}

function SignInForm() {
  useDocumentTitle('Sign in · Image Generation');
  const { signIn } = useSession();
  const [key, setKey] = useState('');
  const [remember, setRemember] = useState(true);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const { data: setup } = useQuery<Setup>({
    queryKey: ['setup'],
    queryFn: async () => (await fetch('/console/setup.json')).json(),
    retry: false,
  });

  const enter = async (token: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await createClient({ url: location.origin, token }).data.history.query({ per_page: 1 });
      signIn(token, remember);
    } catch (error) {
      setProblem(statusOf(error) === 401 ? 'This key is not known here, or was revoked.' : failureText(error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(key.trim());
  };

  return (
    <Center mih="100dvh" p="md" component="main">
      <Box className="card" p="xl" w="100%" maw={440}>
        <Group justify="space-between" mb="lg">
          <Title order={1} size="h3">
            Image Generation
          </Title>
          <ColorSchemeToggle />
        </Group>
        <form onSubmit={submit}>
          <Stack>
            <PasswordInput
              label="API key"
              description="Starts with ig_. An operator makes one with pnpm keys."
              value={key}
              onChange={(event) => setKey(event.currentTarget.value)}
              error={problem}
              autoComplete="current-password"
              autoFocus
              required
              visibilityToggleButtonProps={{ 'aria-label': 'Show the key' }}
            />
            <Checkbox
              label="Stay signed in on this device"
              checked={remember}
              onChange={(event) => setRemember(event.currentTarget.checked)}
            />
            <Button type="submit" loading={busy} disabled={key.trim() === ''}>
              Sign in
            </Button>
          </Stack>
        </form>
        {setup && setup.development_keys.length > 0 && (
          <>
            <Divider my="lg" label="Development keys" />
            <Group gap="xs" grow>
              {setup.development_keys.map((each) => (
                <Button key={each} variant="default" size="xs" disabled={busy} onClick={() => void enter(each)}>
                  {each.replace('ig_dev_', '')}
                </Button>
              ))}
            </Group>
          </>
        )}
        <Text size="sm" c="dimmed" mt="lg">
          Calling from a program? See{' '}
          <Anchor href="/docs" underline="always">
            the API
          </Anchor>
          .
        </Text>
      </Box>
    </Center>
  );
}
