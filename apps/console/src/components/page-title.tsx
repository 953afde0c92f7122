import { Group, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

/** Heading of a page and name of the window: what it is, one line about it, and what can be done at once. */
export function PageTitle({ title, about, children }: { title: string; about: string; children?: ReactNode }) {
  useDocumentTitle(`${title} · Image Generation`);
  return (
    <Group justify="space-between" align="flex-end" mb="lg" gap="sm">
      <div>
        <Title order={1} size="h2">
          {title}
        </Title>
        <Text c="dimmed">{about}</Text>
      </div>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
