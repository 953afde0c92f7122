/** Sizes worth one click. */
export const sizes = [
  { label: 'Square', width: 1024, height: 1024 },
  { label: 'Portrait 3:4', width: 768, height: 1024 },
  { label: 'Portrait 9:16', width: 576, height: 1024 },
  { label: 'Landscape 4:3', width: 1024, height: 768 },
  { label: 'Landscape 16:9', width: 1024, height: 576 },
] as const;
