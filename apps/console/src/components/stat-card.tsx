import { Box, Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';

type StatCardProps = { label: string; value: string | undefined; hint?: ReactNode };

/** One figure and what it says; keeps its place until it is known. */
export function StatCard({ label, value, hint }: StatCardProps) {
  return (
    <Box className="card" p="md">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      {value === undefined ? (
        <Skeleton h={34} w={110} my={2} />
      ) : (
        <Text fz={{ base: 20, sm: 26 }} lh="38px" fw={700} className="figures">
          {value}
        </Text>
      )}
      <Text size="xs" c="dimmed" mih={18} className="figures" component="div">
        {value !== undefined && hint}
      </Text>
    </Box>
  );
}
