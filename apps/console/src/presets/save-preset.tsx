import { Button, Checkbox, Modal, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { failureText } from '../api/failure-text.ts';
import { useTRPC } from '../api/trpc.ts';

/** Keeps a generation's settings under a name. */
export function SavePreset({ from, trigger }: { from: string; trigger: (open: () => void) => ReactNode }) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      {trigger(open)}
      <Modal opened={opened} onClose={close} title="Save as preset">
        <PresetForm from={from} onSaved={close} />
      </Modal>
    </>
  );
}

function PresetForm({ from, onSaved }: { from: string; onSaved: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [form, setForm] = useState({ name: '', description: '', tags: [] as string[], is_public: false });
  const save = useMutation(
    trpc.data.presets.fromGeneration.mutationOptions({
      onSuccess: ({ name }) => {
        void queries.invalidateQueries({ queryKey: trpc.data.presets.pathKey() });
        notifications.show({ color: 'teal', message: `Saved as “${name}”` });
        onSaved();
      },
    }),
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ generation_id: from, ...form });
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          required
          data-autofocus
          value={form.name}
          onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
        />
        <Textarea
          label="Description"
          value={form.description}
          onChange={(event) => setForm({ ...form, description: event.currentTarget.value })}
        />
        <TagsInput label="Tags" placeholder="Press Enter after each" value={form.tags} onChange={(tags) => setForm({ ...form, tags })} />
        <Checkbox
          label="Everybody may read and apply it"
          checked={form.is_public}
          onChange={(event) => setForm({ ...form, is_public: event.currentTarget.checked })}
        />
        <Button type="submit" loading={save.isPending} disabled={form.name.trim() === ''}>
          Save
        </Button>
        {save.isError && <span role="alert">{failureText(save.error)}</span>}
      </Stack>
    </form>
  );
}
