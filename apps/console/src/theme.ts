import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const iris: MantineColorsTuple = [
  '#f1eeff',
  '#dfd8ff',
  '#bdaeff',
  '#9a82ff',
  '#7c5cff',
  '#6a45ff',
  '#5f38f5',
  '#4f2bdb',
  '#4525c4',
  '#3a1dad',
];

/** Text on filled buttons and dimmed text keep a contrast of at least 4.5 : 1 in both schemes. */
export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 6, dark: 5 },
  autoContrast: true,
  colors: { iris },
  defaultRadius: 'md',
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
});

/** Grounds a little tinted, so that cards stand out without shadows; dimmed text dark or light enough to be read. */
export const variablesOf: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-body': '#f7f6fb', '--mantine-color-dimmed': '#5c5868' },
  dark: { '--mantine-color-body': '#131218', '--mantine-color-dimmed': '#a8a4b5' },
});
