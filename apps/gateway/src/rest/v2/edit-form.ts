import { validationError } from '@imagegen/core/validation/validate';
import { type Form, pictureDataUrl } from '../../http/multipart-body.ts';
import { coerce } from '../legacy/loose-fields.ts';

const jsonFields = ['loras', 'metadata'] as const;

/** The form of an edit as the JSON body it stands for; the picture is the file `reference_image` or `image`. Throws VALIDATION_ERROR. */
export function editBodyOfForm({ fields, files }: Form): Record<string, unknown> {
  const body = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, coerce(name, value)]));
  for (const name of jsonFields) if (typeof body[name] === 'string') body[name] = readJson(body[name]);
  const foreign = files.find(({ name }) => name !== 'reference_image' && name !== 'image');
  if (foreign)
    throw validationError([
      { path: foreign.name, message: 'is not a known file; did you mean reference_image?', suggestion: 'reference_image' },
    ]);
  const [picture, second] = files;
  if (second) throw validationError([{ path: 'reference_image', message: 'must be one picture' }]);
  return picture ? { ...body, reference_image: pictureDataUrl(picture.bytes, 'reference_image') } : body;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
