import { Badge, Button, Code, CopyButton, Drawer, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCopy, IconSparkles } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { type Lora, useTRPC } from '../api/trpc.ts';
import { fillDays } from '../charts/fill-days.ts';
import { Failure } from '../components/failure.tsx';
import { creditsText, percentText, secondsText } from '../components/figures.ts';
import { LoraFigures } from './lora-card.tsx';
import { LoraCover } from './lora-cover.tsx';

const TimeChart = lazy(async () => ({ default: (await import('../charts/time-chart.tsx')).TimeChart }));
const chartHeight = 180;

type DrawerProps = { id: number | undefined; onClose: () => void; onUse: (lora: Lora) => void };

/** Everything that is known of one LoRA. */
export function LoraDrawer({ id, onClose, onUse }: DrawerProps) {
  return (
    <Drawer.Root opened={id !== undefined} onClose={onClose} position="right" size="lg">
      <Drawer.Overlay backgroundOpacity={0.4} />
      <Drawer.Content>
        {/* Not the header that comes with it: it would be a second banner of the page. */}
        <Drawer.Body pt="md">
          <Group justify="space-between" mb="sm">
            <Drawer.Title>LoRA</Drawer.Title>
            <Drawer.CloseButton aria-label="Close" />
          </Group>
          {id !== undefined && <Details id={id} onUse={onUse} />}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Details({ id, onUse }: { id: number; onUse: (lora: Lora) => void }) {
  const trpc = useTRPC();
  const { data: lora, error, isError, refetch } = useQuery(trpc.loras.get.queryOptions({ id }));
  if (isError) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!lora) return <Skeleton h={560} radius="lg" />;
  return (
    <Stack gap="md">
      <div className="lora-drawer-cover">
        <LoraCover lora={lora} />
      </div>
      <div>
        <Title order={2} size="h3">
          {lora.name}
        </Title>
        <Text c="dimmed">{lora.description}</Text>
      </div>
      <Group gap={6}>
        {[lora.base_model, lora.category, lora.type].map((fact) => (
          <Badge key={fact} variant="default" tt="none">
            {fact}
          </Badge>
        ))}
        {lora.tags.map((tag) => (
          <Badge key={tag} variant="light" tt="none">
            {tag}
          </Badge>
        ))}
      </Group>
      <TriggerWords words={lora.trigger_words} />
      <Usage lora={lora} />
      <Button leftSection={<IconSparkles size={18} />} onClick={() => onUse(lora)}>
        Use in the playground
      </Button>
    </Stack>
  );
}

function TriggerWords({ words }: { words: readonly string[] }) {
  if (words.length === 0) return null;
  return (
    <Group gap="xs">
      <Text size="sm">Trigger words</Text>
      {words.map((word) => (
        <CopyButton key={word} value={word}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" rightSection={<IconCopy size={12} />} onClick={copy} aria-label={`Copy ${word}`}>
              {copied ? 'Copied' : <Code bg="transparent">{word}</Code>}
            </Button>
          )}
        </CopyButton>
      ))}
    </Group>
  );
}

/** The last ninety days, and what it was used with. */
function Usage({ lora }: { lora: Lora }) {
  const trpc = useTRPC();
  const { data, error, isError, refetch } = useQuery(trpc.loras.analytics.queryOptions({ lora_id: lora.id, date_range: '90d' }));
  const names = useQuery({ ...trpc.loras.list.queryOptions({ limit: 100 }), staleTime: 300_000 }).data?.loras;
  const nameOf = (id: number) => names?.find((each) => each.id === id)?.name ?? String(id);
  if (isError) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton h={chartHeight + 120} radius="lg" />;
  const [usage] = data.loras;
  const days = fillDays(
    data.by_day.map(({ day, generations }) => ({ day, generations })),
    { from: data.date_from, to: data.date_to },
    { generations: 0 },
  );
  return (
    <Stack gap="md">
      <LoraFigures lora={lora} usage={usage} />
      {usage ? (
        <>
          <Text size="sm" c="dimmed" className="figures">
            Ninety days{data.scope === 'own' ? ' of yours' : ''}: {usage.generations} generations, {percentText(usage.success_rate)} of them
            completed, half of them within {secondsText((usage.p50_time ?? 0) / 1000)}, {creditsText(usage.credits_used)} in all.
          </Text>
          <Suspense fallback={<Skeleton h={chartHeight + 28} radius="md" />}>
            <TimeChart
              title="Generations by day"
              rows={days}
              height={chartHeight}
              series={[{ name: 'generations', label: 'Generations', color: 'iris.5' }]}
            />
          </Suspense>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          Nobody used it within the last ninety days.
        </Text>
      )}
      {data.combinations.length > 0 && (
        <div>
          <Title order={3} size="h6" mb={4}>
            Used together with
          </Title>
          {data.combinations.slice(0, 5).map(({ lora_ids, generations, success_rate }) => (
            <Group key={lora_ids.join('+')} justify="space-between" wrap="nowrap">
              <Text size="sm">
                {lora_ids
                  .filter((id) => id !== lora.id)
                  .map(nameOf)
                  .join(' + ')}
              </Text>
              <Text size="sm" c="dimmed" className="figures" flex="none">
                {generations} × · {percentText(success_rate)}
              </Text>
            </Group>
          ))}
        </div>
      )}
    </Stack>
  );
}
