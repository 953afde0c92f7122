import { Badge, Box, Collapse, Group, Loader, Radio, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconChevronDown } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type Answers, useTRPC } from '../api/trpc.ts';
import { Adjustments } from '../components/adjustments.tsx';
import { engineNames } from '../components/engine-names.ts';
import { creditsText, secondsText } from '../components/figures.ts';
import { type Recipe, toInput } from './recipe.ts';

type Check = Answers['utils']['validate']['per_engine'][number];
type Recommendation = Answers['utils']['estimate']['recommendations'][number];

const typingPauseMs = 350;

/** Before anything is paid: what each engine would cost, how long it takes, and what it would make of the request. */
export function EngineChoice({ recipe, onChange }: { recipe: Recipe; onChange: (engine: Recipe['engine']) => void }) {
  const trpc = useTRPC();
  const [asked] = useDebouncedValue(recipe, typingPauseMs);
  const input = toInput({ ...asked, engine: 'auto', prompt: asked.prompt.trim() || 'a picture' });
  const estimate = useQuery({ ...trpc.utils.estimate.queryOptions(input), placeholderData: keepPreviousData, retry: false });
  const validation = useQuery({ ...trpc.utils.validate.queryOptions(input), placeholderData: keepPreviousData, retry: false });
  const checks = validation.data?.per_engine.filter(({ engine }) => engine !== 'openai-edit') ?? [];
  const problems = validation.data?.errors.filter(() => checks.every(({ ok }) => !ok)) ?? [];
  return (
    <Radio.Group label="Engine" value={recipe.engine} onChange={(engine) => onChange(engine as Recipe['engine'])}>
      <Stack gap={6} mt={4}>
        <Box className="card" p="xs">
          <Radio value="auto" label="Automatic" description="Chosen by rules you can read in the receipt" />
        </Box>
        {checks.map((check) => (
          <EngineRow
            key={check.engine}
            check={check}
            recommendation={estimate.data?.recommendations.find(({ engine }) => engine === check.engine)}
            isCheapest={estimate.data?.cheapest === check.engine}
            isFastest={estimate.data?.fastest === check.engine}
          />
        ))}
        {checks.length === 0 && validation.isPending && <Loader size="sm" />}
        {problems.map(({ message }) => (
          <Text key={message} size="sm" c="red" role="alert">
            {message}
          </Text>
        ))}
      </Stack>
    </Radio.Group>
  );
}

type RowProps = { check: Check; recommendation: Recommendation | undefined; isCheapest: boolean; isFastest: boolean };

function EngineRow({ check, recommendation, isCheapest, isFastest }: RowProps) {
  const [opened, { toggle }] = useDisclosure();
  const { engine, ok, available, adjustments, reasons } = check;
  const dropped = adjustments.filter(({ kind }) => kind === 'dropped').length;
  const approximated = adjustments.length - dropped;
  return (
    <Box className="card" p="xs">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Radio
          value={engine}
          disabled={!ok}
          label={engineNames[engine]}
          description={recommendation && `${creditsText(recommendation.estimated_cost)} · ${secondsText(recommendation.estimated_time)}`}
        />
        <Group gap={4} justify="flex-end">
          {isCheapest && (
            <Badge size="sm" variant="light" color="teal">
              cheapest
            </Badge>
          )}
          {isFastest && (
            <Badge size="sm" variant="light" color="blue">
              fastest
            </Badge>
          )}
          {ok && !available && (
            <Badge size="sm" variant="light" color="red">
              down
            </Badge>
          )}
          {!ok && (
            <Badge size="sm" variant="light" color="gray">
              cannot
            </Badge>
          )}
        </Group>
      </Group>
      <UnstyledButton onClick={toggle} aria-expanded={opened} mt={4} ml={32}>
        <Group gap={4}>
          <Text size="xs" c="dimmed">
            {ok ? fidelityText(dropped, approximated) : 'Why not'}
          </Text>
          <IconChevronDown size={14} style={{ transform: opened ? 'rotate(180deg)' : undefined }} aria-hidden />
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened}>
        <Box mt="xs" ml={32}>
          {ok ? (
            <Adjustments adjustments={adjustments} />
          ) : (
            reasons.map((reason) => (
              <Text key={reason} size="sm">
                {reason}
              </Text>
            ))
          )}
        </Box>
      </Collapse>
    </Box>
  );
}

function fidelityText(dropped: number, approximated: number): string {
  if (dropped + approximated === 0) return 'Honours everything';
  return [approximated > 0 && `${approximated} approximated`, dropped > 0 && `${dropped} dropped`].filter(Boolean).join(', ');
}
