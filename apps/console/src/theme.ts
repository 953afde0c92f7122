import { type CSSVariablesResolver, createTheme, type MantineColorsTuple, Modal, Notification } from '@mantine/core';

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

const closing = { 'aria-label': 'Close' };

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
  components: {
    // A page has one banner, and a dialog's head is not it.
    Modal: Modal.extend({ defaultProps: { attributes: { header: { role: 'presentation' } }, closeButtonProps: closing } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: closing } }),
  },
});

const redButtons = { '--mantine-color-red-filled': '#c92a2a', '--mantine-color-red-filled-hover': '#b02121' };

/** Grounds a little tinted, so that cards stand out without shadows; dimmed text, links, badges and red buttons dark or light enough to be read. */
export const variablesOf: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f7f6fb',
    '--mantine-color-dimmed': '#5c5868',
    ...redButtons,
    '--mantine-color-anchor': '#4f2bdb',
    '--mantine-color-teal-light-color': '#05664a',
    '--mantine-color-green-light-color': '#1f6b2f',
    '--mantine-color-orange-light-color': '#9c330a',
    '--mantine-color-yellow-light-color': '#854300',
  },
  dark: {
    '--mantine-color-body': '#131218',
    '--mantine-color-dimmed': '#a8a4b5',
    ...redButtons,
    '--mantine-color-anchor': '#bdaeff',
  },
});
