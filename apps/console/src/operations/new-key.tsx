import { Alert, Button, Checkbox, Code, CopyButton, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { failureText } from '../api/failure-text.ts';
import { useTRPC } from '../api/trpc.ts';

const scopes = ['read', 'generate', 'beta', 'admin'] as const;
type Scope = (typeof scopes)[number];

/** Makes a key for anybody and shows it this once. */
export function NewKey({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="New API key" closeButtonProps={{ 'aria-label': 'Close' }} closeOnClickOutside={false}>
      <NewKeyForm onClose={onClose} />
    </Modal>
  );
}

function NewKeyForm({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [form, setForm] = useState({ user: '', name: '', role: '' as '' | 'user' | 'admin', scopes: ['read', 'generate'] as Scope[] });
  const create = useMutation(
    trpc.admin.keys.create.mutationOptions({ onSuccess: () => queries.invalidateQueries({ queryKey: trpc.admin.keys.pathKey() }) }),
  );
  if (create.data) return <Shown secret={create.data.key} onClose={onClose} />;
  const { user, name, role, scopes: chosen } = form;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ user: user.trim(), scopes: chosen, ...(name.trim() && { name: name.trim() }), ...(role && { role }) });
      }}
    >
      <Stack>
        <TextInput
          label="User"
          description="By name; made when there is none of that name yet"
          required
          data-autofocus
          maxLength={100}
          value={user}
          onChange={(event) => setForm({ ...form, user: event.currentTarget.value })}
        />
        <TextInput
          label="What it is for"
          placeholder={user}
          maxLength={100}
          value={name}
          onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
        />
        <Select
          label="Role of the user"
          data={[
            { value: '', label: 'As it is' },
            { value: 'user', label: 'User' },
            { value: 'admin', label: 'Admin' },
          ]}
          allowDeselect={false}
          value={role}
          onChange={(next) => setForm({ ...form, role: next === 'user' || next === 'admin' ? next : '' })}
        />
        <Checkbox.Group
          label="Rights"
          value={chosen}
          onChange={(next) => setForm({ ...form, scopes: scopes.filter((scope) => next.includes(scope)) })}
        >
          <Group mt="xs">
            {scopes.map((scope) => (
              <Checkbox key={scope} value={scope} label={scope} />
            ))}
          </Group>
        </Checkbox.Group>
        {create.isError && (
          <Alert color="red" variant="light" role="alert">
            {failureText(create.error)}
          </Alert>
        )}
        <Button type="submit" loading={create.isPending} disabled={user.trim() === '' || chosen.length === 0}>
          Make the key
        </Button>
      </Stack>
    </form>
  );
}

function Shown({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Stack>
      <Alert color="orange" variant="light" title="Copy it now" role="status">
        It is kept nowhere and will not be shown again.
      </Alert>
      <Code block className="secret">
        {secret}
      </Code>
      <Group grow>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />} onClick={copy} data-autofocus>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" onClick={onClose}>
          Done
        </Button>
      </Group>
    </Stack>
  );
}
