import { Box, Group, NumberInput, Text, UnstyledButton } from '@mantine/core';
import { sizes } from './sizes.ts';

type Size = { width: number; height: number };

const longestSidePixels = 34;

export function SizePicker({ value, onChange }: { value: Size; onChange: (size: Size) => void }) {
  return (
    <Box component="fieldset" p={0} m={0} bd="none">
      <Text component="legend" size="sm" fw={600} mb={4} p={0}>
        Size
      </Text>
      <div className="ratios">
        {sizes.map(({ label, ratio, width, height }) => {
          const chosen = value.width === width && value.height === height;
          return (
            <UnstyledButton
              key={label}
              className="ratio"
              aria-pressed={chosen}
              aria-label={`${label} ${ratio}, ${width} by ${height}`}
              onClick={() => onChange({ width, height })}
            >
              <Shape width={width} height={height} />
              <Text size="xs">{ratio}</Text>
            </UnstyledButton>
          );
        })}
      </div>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <Pixels label="Width" value={value.width} onChange={(width) => onChange({ ...value, width })} />
        <Pixels label="Height" value={value.height} onChange={(height) => onChange({ ...value, height })} />
        <Shape width={value.width} height={value.height} />
      </Group>
    </Box>
  );
}

function Pixels({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <NumberInput
      label={label}
      value={value}
      min={256}
      max={2048}
      step={64}
      suffix=" px"
      clampBehavior="blur"
      allowDecimal={false}
      onChange={(next) => typeof next === 'number' && onChange(next)}
    />
  );
}

function Shape({ width, height }: Size) {
  const scale = longestSidePixels / Math.max(width, height);
  return (
    <span className="ratio-frame" aria-hidden>
      <span className="ratio-shape" style={{ width: width * scale, height: height * scale }} />
    </span>
  );
}
