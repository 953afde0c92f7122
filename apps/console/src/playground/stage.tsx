import {
  ActionIcon,
  Alert,
  Anchor,
  Box,
  Button,
  CopyButton,
  Group,
  Progress,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  Title,
  Tooltip,
} from '@mantine/core';
import { IconAlertTriangle, IconDownload, IconPhoto, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type Generation, useTRPC } from '../api/trpc.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Failure } from '../components/failure.tsx';
import { FavouriteButton } from '../components/favourite-button.tsx';
import { Picture, shapeOf } from '../components/picture.tsx';
import { Receipt } from '../components/receipt.tsx';
import { progressText } from './progress-text.ts';
import { useGeneration } from './use-generation.ts';

type StageProps = { id: string | null; size: { width: number; height: number }; onSeed: (seed: number) => void };

/** Where the picture comes: empty, coming with its place already kept, there, or failed with the reason. */
export function Stage({ id, size, onSeed }: StageProps) {
  const { details, live, over } = useGeneration(id);
  if (id === null) {
    return (
      <Box className="card">
        <EmptyState icon={IconPhoto} title="Your picture comes here">
          Say what it shows, and see its price and how faithful each engine would be before you pay.
        </EmptyState>
      </Box>
    );
  }
  if (details.isError) return <Failure error={details.error} onRetry={() => void details.refetch()} />;
  const generation = details.data;
  if (!over || !generation) return <Coming generation={generation} live={live} size={size} />;
  return generation.status === 'failed' ? <Failed generation={generation} /> : <Finished generation={generation} onSeed={onSeed} />;
}

type ComingProps = { generation: Generation | undefined; live: ReturnType<typeof useGeneration>['live']; size: StageProps['size'] };

function Coming({ generation, live, size }: ComingProps) {
  const trpc = useTRPC();
  const cancel = useMutation(trpc.generations.cancel.mutationOptions());
  const now = live ?? generation;
  return (
    <Box className="card" p="md" aria-busy>
      <Box className="stage" style={shapeOf(size)}>
        <Skeleton pos="absolute" inset={0} radius="md" h="100%" />
      </Box>
      <Group justify="space-between" mt="md" wrap="nowrap">
        <Text size="sm" role="status" aria-live="polite">
          {progressText(now)}
        </Text>
        {generation && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<IconX size={14} />}
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ id: generation.generation_id })}
          >
            Cancel
          </Button>
        )}
      </Group>
      <Progress value={now?.progress ?? 0} aria-label="Progress" mt="xs" animated transitionDuration={200} />
    </Box>
  );
}

function Failed({ generation }: { generation: Generation }) {
  return (
    <Stack>
      <Alert color="red" variant="light" icon={<IconAlertTriangle size={20} />} title={generation.error?.code ?? 'Failed'} role="alert">
        {generation.error?.message}
      </Alert>
      <ReceiptCard generation={generation} />
    </Stack>
  );
}

function ReceiptCard({ generation }: { generation: Generation }) {
  return (
    <Box className="card" p="lg">
      <Title order={2} size="h5" mb="sm">
        Receipt
      </Title>
      <Receipt generation={generation} />
    </Box>
  );
}

function Finished({ generation, onSeed }: { generation: Generation; onSeed: (seed: number) => void }) {
  const { images, prompt } = generation;
  return (
    <Stack>
      <SimpleGrid cols={images.length > 1 ? { base: 1, xs: 2 } : 1}>
        {images.map((image, index) => (
          <Box key={`${image.sha256}${index}`} className="card arriving" style={{ overflow: 'hidden' }}>
            <Anchor
              href={image.url}
              target="_blank"
              rel="noreferrer"
              aria-label="Open the picture"
              className="stage"
              style={shapeOf(image)}
            >
              <Picture
                src={image.url}
                alt={prompt}
                width={image.width}
                height={image.height}
                placeholder={image.placeholder}
                lazy={false}
              />
            </Anchor>
            <Group justify="space-between" p="xs">
              <Text size="xs" c="dimmed" className="figures">
                {image.width} × {image.height} · {Math.round(image.bytes / 1024)} kB
              </Text>
              <Group gap={4}>
                {image.seed !== null && (
                  <CopyButton value={String(image.seed)}>
                    {({ copied, copy }) => (
                      <Button
                        size="compact-xs"
                        variant="subtle"
                        onClick={() => {
                          copy();
                          if (image.seed !== null) onSeed(image.seed);
                        }}
                      >
                        {copied ? 'Seed locked' : `Seed ${image.seed}`}
                      </Button>
                    )}
                  </CopyButton>
                )}
                <FavouriteButton generation={generation} />
                <Tooltip label="Download">
                  <ActionIcon component="a" href={image.url} download variant="subtle" color="gray" aria-label="Download the picture">
                    <IconDownload size={18} />
                  </ActionIcon>
                </Tooltip>
              </Group>
            </Group>
          </Box>
        ))}
      </SimpleGrid>
      <ReceiptCard generation={generation} />
    </Stack>
  );
}
