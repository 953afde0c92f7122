import { validationError } from '@imagegen/core/validation/validate';
import { type Form, pictureDataUrl } from '../../http/multipart-body.ts';
import { toNumber } from '../legacy/loose-fields.ts';

const numberFields = ['n', 'output_compression', 'partial_images'] as const;

/** The form of an edit as its JSON body; one file, `image` or `image[]`. Throws VALIDATION_ERROR. */
export function editBodyOfForm({ fields, files }: Form): Record<string, unknown> {
  const body: Record<string, unknown> = { ...fields };
  for (const name of numberFields) if (name in body) body[name] = toNumber(body[name]);
  if (typeof body.stream === 'string') body.stream = body.stream === 'true';
  if (typeof body.x_gateway === 'string') body.x_gateway = readJson(body.x_gateway);
  const foreign = files.find(({ name }) => name !== 'image' && name !== 'image[]');
  if (foreign) throw validationError([{ path: foreign.name, message: 'is not supported: an edit here takes one picture and no mask' }]);
  const [picture, second] = files;
  if (second) throw validationError([{ path: 'image', message: 'must be one picture, an edit here takes no more' }]);
  return picture ? { ...body, image: pictureDataUrl(picture.bytes, 'image') } : body;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
