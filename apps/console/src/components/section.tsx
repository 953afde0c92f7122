import { Box, Group, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

type SectionProps = { title: string; about?: string; actions?: ReactNode; children: ReactNode };

/** A card with a heading of its own. */
export function Section({ title, about, actions, children }: SectionProps) {
  const id = useId();
  return (
    <Box component="section" className="card" p={{ base: 'md', sm: 'lg' }} aria-labelledby={id}>
      <Group justify="space-between" mb="sm" gap="sm">
        <div>
          <Title order={2} size="h5" id={id}>
            {title}
          </Title>
          {about && (
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          )}
        </div>
        {actions}
      </Group>
      {children}
    </Box>
  );
}
