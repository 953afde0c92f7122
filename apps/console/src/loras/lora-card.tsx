import { Badge, Button, Code, Group, Skeleton, Text, Title, UnstyledButton } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import type { Answers, Lora } from '../api/trpc.ts';
import { percentText } from '../components/figures.ts';
import { LoraCover } from './lora-cover.tsx';

export type LoraUsage = Answers['loras']['analytics']['loras'][number];

type CardProps = { lora: Lora; usage: LoraUsage | undefined; onOpen: () => void; onUse: () => void };

export function LoraCard({ lora, usage, onOpen, onUse }: CardProps) {
  return (
    <li className="card lora-card">
      <UnstyledButton className="lora-open" onClick={onOpen} aria-label={`Details of ${lora.name}`} aria-haspopup="dialog">
        <LoraCover lora={lora} />
      </UnstyledButton>
      <div className="lora-text">
        <Group justify="space-between" wrap="nowrap" gap="xs" align="flex-start">
          <Title order={2} size="h5">
            {lora.name}
          </Title>
          <Badge variant="default" size="sm" tt="none" flex="none">
            {lora.base_model}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed" lineClamp={2}>
          {lora.description || lora.category}
        </Text>
        <Group gap={6}>
          {lora.trigger_words.map((word) => (
            <Code key={word}>{word}</Code>
          ))}
        </Group>
        <LoraFigures lora={lora} usage={usage} />
        <Button
          mt="auto"
          variant="light"
          size="xs"
          leftSection={<IconSparkles size={16} />}
          aria-label={`Use in the playground: ${lora.name}`}
          onClick={onUse}
        >
          Use in the playground
        </Button>
      </div>
    </li>
  );
}

/** How often it was used by anybody, how strongly, and what became of it in the figures the caller may see. */
export function LoraFigures({ lora, usage }: { lora: Lora; usage: LoraUsage | undefined }) {
  const figures = [
    ['Used', (lora.usage_count ?? 0).toLocaleString('en')],
    ['Weight', (lora.avg_weight ?? 1).toFixed(2)],
    ['Success', percentText(usage?.success_rate ?? null)],
  ];
  return (
    <dl className="lora-figures figures">
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function LoadingCards() {
  return (
    <div className="lora-grid" aria-busy>
      {Array.from({ length: 8 }, (_, index) => index).map((index) => (
        <Skeleton key={index} h={372} radius="lg" />
      ))}
    </div>
  );
}
