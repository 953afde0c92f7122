import {
  Alert,
  Box,
  Button,
  Collapse,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  Slider,
  Stack,
  Text,
  Textarea,
  UnstyledButton,
} from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconAlertTriangle, IconChevronDown, IconSparkles } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import { failureText } from '../api/failure-text.ts';
import { useTRPC } from '../api/trpc.ts';
import { PageTitle } from '../components/page-title.tsx';
import { EngineChoice } from './engine-choice.tsx';
import { LoraPicker } from './lora-picker.tsx';
import { type Recipe, toInput } from './recipe.ts';
import { SeedField } from './seed-field.tsx';
import { SizePicker } from './size-picker.tsx';
import { Stage } from './stage.tsx';
import { useRecipe } from './use-recipe.ts';

/** Says what picture, shows what it costs and how faithful it will be, makes it and shows it with its receipt. */
export function PlaygroundPage() {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const { generation = null } = useSearch({ from: '/' });
  const [recipe, setRecipe] = useRecipe();
  const change = (part: Partial<Recipe>) => setRecipe({ ...recipe, ...part });
  // One key for each press of the button: sent twice over a bad line it is still one picture.
  const idempotencyKey = useRef(crypto.randomUUID());
  const stage = useRef<HTMLDivElement>(null);
  const generate = useMutation(
    trpc.smart.generate.mutationOptions({
      retry: 2,
      onSuccess: async (accepted) => {
        await navigate({ to: '/', search: { generation: accepted.generation_id }, resetScroll: false });
        stage.current?.scrollIntoView({ block: 'nearest' });
      },
      onSettled: () => {
        idempotencyKey.current = crypto.randomUUID();
      },
    }),
  );
  const { data: last } = useQuery({ ...trpc.generations.get.queryOptions({ id: generation ?? '' }), enabled: generation !== null });
  const ready = recipe.prompt.trim() !== '';
  const submit = () => ready && !generate.isPending && generate.mutate({ ...toInput(recipe), idempotency_key: idempotencyKey.current });
  useHotkeys([['mod+Enter', submit]], []);

  return (
    <>
      <PageTitle title="Playground" about="One picture, from words to receipt." />
      <div className="playground">
        <Box className="card" p="lg">
          <form
            onSubmit={(event) => {
              event.preventDefault();
              submit();
            }}
          >
            <Stack gap="md">
              <Textarea
                label="Prompt"
                placeholder="A lighthouse at dusk, long exposure, calm sea"
                description="Ctrl + Enter makes it"
                autosize
                minRows={3}
                maxRows={10}
                maxLength={4000}
                required
                value={recipe.prompt}
                onChange={(event) => change({ prompt: event.currentTarget.value })}
              />
              <SizePicker value={recipe} onChange={change} />
              <LoraPicker value={recipe.loras} onChange={(loras) => change({ loras })} />
              <SeedField value={recipe.seed} onChange={(seed) => change({ seed })} last={last?.seed ?? null} />
              <Details recipe={recipe} change={change} />
              <EngineChoice recipe={recipe} onChange={(engine) => change({ engine })} />
              {recipe.engine === 'auto' && <Priority value={recipe.priority} onChange={(priority) => change({ priority })} />}
              {generate.isError && (
                <Alert color="red" variant="light" icon={<IconAlertTriangle size={20} />} role="alert">
                  {failureText(generate.error)}
                </Alert>
              )}
              <Box className="form-end">
                <Button
                  type="submit"
                  fullWidth
                  size="md"
                  leftSection={<IconSparkles size={20} />}
                  loading={generate.isPending}
                  disabled={!ready}
                >
                  Generate
                </Button>
              </Box>
            </Stack>
          </form>
        </Box>
        <Box ref={stage}>
          <Stage id={generation} size={recipe} onSeed={(seed) => change({ seed })} />
        </Box>
      </div>
    </>
  );
}

function Priority({ value, onChange }: { value: Recipe['priority']; onChange: (priority: Recipe['priority']) => void }) {
  return (
    <Box>
      <Text size="sm" fw={600} mb={4} id="priority-label">
        What matters most
      </Text>
      <SegmentedControl
        fullWidth
        aria-labelledby="priority-label"
        value={value}
        onChange={(priority) => onChange(priority as Recipe['priority'])}
        data={[
          { value: 'none', label: 'Balanced' },
          { value: 'speed', label: 'Speed' },
          { value: 'quality', label: 'Quality' },
          { value: 'cost', label: 'Cost' },
        ]}
      />
    </Box>
  );
}

function Details({ recipe, change }: { recipe: Recipe; change: (part: Partial<Recipe>) => void }) {
  const [opened, { toggle }] = useDisclosure(recipe.negativePrompt !== '');
  return (
    <Box>
      <UnstyledButton onClick={toggle} aria-expanded={opened}>
        <Group gap={4}>
          <Text size="sm" fw={600}>
            More settings
          </Text>
          <IconChevronDown size={16} style={{ transform: opened ? 'rotate(180deg)' : undefined }} aria-hidden />
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened}>
        <Stack gap="md" mt="sm">
          <Textarea
            label="Negative prompt"
            description="What should not be there"
            autosize
            minRows={2}
            maxLength={4000}
            value={recipe.negativePrompt}
            onChange={(event) => change({ negativePrompt: event.currentTarget.value })}
          />
          <Labelled label="Steps" value={recipe.steps}>
            <Slider min={1} max={150} value={recipe.steps} onChange={(steps) => change({ steps })} thumbLabel="Steps" label={null} />
          </Labelled>
          <Labelled label="Guidance (cfg)" value={recipe.cfgScale}>
            <Slider
              min={1}
              max={30}
              step={0.5}
              value={recipe.cfgScale}
              onChange={(cfgScale) => change({ cfgScale })}
              thumbLabel="Guidance"
              label={null}
            />
          </Labelled>
          <Group grow>
            <NumberInput
              label="Pictures"
              min={1}
              max={8}
              clampBehavior="strict"
              value={recipe.images}
              onChange={(images) => typeof images === 'number' && change({ images })}
            />
            <Select
              label="Format"
              data={['jpeg', 'png', 'webp']}
              allowDeselect={false}
              value={recipe.format}
              onChange={(format) => format && change({ format: format as Recipe['format'] })}
            />
          </Group>
        </Stack>
      </Collapse>
    </Box>
  );
}

function Labelled({ label, value, children }: { label: string; value: number; children: React.ReactNode }) {
  return (
    <Box>
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <Text size="sm" className="figures">
          {value}
        </Text>
      </Group>
      {children}
    </Box>
  );
}
