import { Badge, Button, CopyButton, Group, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { failureText } from '../api/failure-text.ts';
import { type Answers, useTRPC } from '../api/trpc.ts';
import { engineNames } from '../components/engine-names.ts';
import { creditsText } from '../components/figures.ts';
import { Section } from '../components/section.tsx';
import { agoText } from './age-text.ts';

type Trouble = Answers['admin']['operations']['watch']['troubled'][number];

const attemptColors = { intent: 'blue', submitted: 'blue', succeeded: 'teal', failed: 'red', unknown: 'orange' } as const;

/** What failed lately or is being tried again, whosever it is, with what can be done about it. */
export function Troubled({ troubled }: { troubled: readonly Trouble[] | undefined }) {
  return (
    <Section title="In trouble" about="What failed within the last six hours, and what is being tried again. Canceled ones are left out.">
      {!troubled && <Skeleton h={160} radius="md" />}
      {troubled?.length === 0 && (
        <Group gap="xs">
          <IconCheck size={18} aria-hidden />
          <Text size="sm">Nothing is. Every generation goes well.</Text>
        </Group>
      )}
      {troubled && troubled.length > 0 && (
        <Stack gap="xs" component="ul" p={0} m={0}>
          {troubled.map((trouble) => (
            <TroubledRow key={trouble.generation_id} trouble={trouble} />
          ))}
        </Stack>
      )}
    </Section>
  );
}

function TroubledRow({ trouble }: { trouble: Trouble }) {
  const { generation_id: id, user, engine, api, status, error, created_at, completed_at, attempts } = trouble;
  return (
    <li className="trouble">
      <Group justify="space-between" gap="xs" align="flex-start">
        <Group gap="xs">
          <Badge variant="light" color={status === 'failed' ? 'red' : 'orange'}>
            {status}
          </Badge>
          <Text size="sm" fw={600}>
            {engineNames[engine]}
          </Text>
          <Text size="sm" c="dimmed">
            {user.replace(/^key:/, '')} · {api} · {agoText(completed_at ?? created_at, new Date())}
          </Text>
        </Group>
        <Actions trouble={trouble} />
      </Group>
      {error && (
        <Text size="sm">
          <b>{error.code}</b> {error.message}
        </Text>
      )}
      <CopyButton value={id}>
        {({ copied, copy }) => (
          <UnstyledButton onClick={copy} className="trouble-id">
            {copied ? 'Copied' : id}
          </UnstyledButton>
        )}
      </CopyButton>
      {attempts.length > 0 && (
        <details>
          <summary>
            {attempts.length} {attempts.length === 1 ? 'attempt' : 'attempts'}
          </summary>
          <Stack gap={4} mt={4}>
            {attempts.map(({ n, call, engine: at, state, error: reason, cost }) => (
              <Group key={`${n}.${call}`} gap="xs">
                <Text size="xs" className="figures">
                  {n}.{call + 1} {engineNames[at]}
                </Text>
                <Badge size="sm" variant="light" color={attemptColors[state]}>
                  {state}
                </Badge>
                <Text size="xs" c="dimmed">
                  {[cost !== undefined && cost > 0 && creditsText(cost), reason?.message].filter(Boolean).join(' · ')}
                </Text>
              </Group>
            ))}
          </Stack>
        </details>
      )}
    </li>
  );
}

function Actions({ trouble: { generation_id: id, status } }: { trouble: Trouble }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const fail = (error: unknown) => notifications.show({ color: 'red', message: failureText(error) });
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.admin.operations.pathKey() });
  const retry = useMutation(
    trpc.admin.operations.retry.mutationOptions({
      onSuccess: ({ generation_id }) => notifications.show({ color: 'teal', message: `It is made again as ${generation_id}.` }),
      onError: fail,
      onSettled: refresh,
    }),
  );
  const cancel = useMutation(
    trpc.admin.operations.cancel.mutationOptions({
      onSuccess: () => notifications.show({ color: 'teal', message: 'It is canceled.' }),
      onError: fail,
      onSettled: refresh,
    }),
  );
  if (status === 'failed')
    return (
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconRefresh size={14} />}
        loading={retry.isPending}
        disabled={retry.isSuccess}
        onClick={() => retry.mutate({ id })}
        aria-label={`Retry ${id}`}
      >
        Retry
      </Button>
    );
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconPlayerStop size={14} />}
      loading={cancel.isPending}
      onClick={() => cancel.mutate({ id })}
      aria-label={`Cancel ${id}`}
    >
      Cancel
    </Button>
  );
}
