/** Sizes worth one click. */
export const sizes = [
  { label: 'Square', ratio: '1:1', width: 1024, height: 1024 },
  { label: 'Portrait', ratio: '3:4', width: 768, height: 1024 },
  { label: 'Tall portrait', ratio: '9:16', width: 576, height: 1024 },
  { label: 'Landscape', ratio: '4:3', width: 1024, height: 768 },
  { label: 'Wide landscape', ratio: '16:9', width: 1024, height: 576 },
] as const;
