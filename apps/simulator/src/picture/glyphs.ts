/**
 * A 5 by 7 dot font of our own, so that a picture's words are legible on a machine without any font.
 * Seven base-32 digits a glyph, one a row from the top; the highest of its five bits is the leftmost dot.
 */
const rowsOfGlyph: Readonly<Record<string, string>> = {
  ' ': '0000000',
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhf',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hhpljhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllla',
  X: 'hha4ahh',
  Y: 'hhha444',
  Z: 'v1248gv',
  '0': 'ehjlphe',
  '1': '4c4444e',
  '2': 'eh1248v',
  '3': 'v2421he',
  '4': '26aiv22',
  '5': 'vgu11he',
  '6': '68guhhe',
  '7': 'v124888',
  '8': 'ehhehhe',
  '9': 'ehhf12c',
  '.': '00000cc',
  ',': '0000c48',
  '-': '000v000',
  ':': '0cc0cc0',
  ';': '0cc0c48',
  '!': '4444404',
  '?': 'eh12404',
  "'": '4480000',
  '"': 'aaa0000',
  '(': '2488842',
  ')': '8422248',
  '[': 'e88888e',
  ']': 'e22222e',
  '/': '01248g0',
  '=': '00v0v00',
  '+': '044v440',
  _: '000000v',
  '%': 'op248j3',
  '#': 'aavavaa',
  '&': 'cik8lid',
  '*': '04lel40',
  '@': 'eh1dlle',
};

export const glyphSize = { width: 5, height: 7 } as const;

/** Whether the glyph has ink at a dot. A character that the font lacks gets a shape made from its code point: odd, but its own. */
export function isInked(character: string, x: number, y: number): boolean {
  const row = rowsOfGlyph[character]?.[y];
  const bits = row === undefined ? ((character.codePointAt(0) ?? 0) * 2654435761 * (y + 1)) >>> 13 : Number.parseInt(row, 32);
  return ((bits >> (glyphSize.width - 1 - x)) & 1) === 1;
}

/** Upper-case letters without accents, the way the font has them. */
export function toPrintable(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();
}

/** Breaks text at spaces (a longer word inside) into lines of at most `columns` characters. */
export function wrapWords(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const pieces = [...word].length > columns ? (word.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? []) : [word];
    for (const piece of pieces) {
      if (line && [...line].length + 1 + [...piece].length > columns) {
        lines.push(line);
        line = piece;
      } else line = line ? `${line} ${piece}` : piece;
    }
  }
  return line ? [...lines, line] : lines;
}
