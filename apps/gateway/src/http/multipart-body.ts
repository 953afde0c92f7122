import multipart from '@fastify/multipart';
import { AppError } from '@imagegen/core/errors/app-error';
import { validationError } from '@imagegen/core/validation/validate';
import { detectContentType } from '@imagegen/vault/image-content-type';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const limits = { fileSize: 10 * 1024 * 1024, files: 16, fields: 64, fieldSize: 64 * 1024, fieldNameSize: 100, headerPairs: 20, parts: 80 };

export type Form = { fields: Record<string, unknown>; files: { name: string; bytes: Buffer }[] };

/** Routes of this scope take `multipart/form-data` (RFC 7578) beside JSON; `readForm` reads it. */
export async function acceptForms(scope: FastifyInstance): Promise<void> {
  await scope.register(multipart, { limits });
}

/** Throws PAYLOAD_TOO_LARGE, and VALIDATION_ERROR for a form that cannot be read. The last of several fields of one name counts. */
export async function readForm(request: FastifyRequest): Promise<Form> {
  const form: Form = { fields: {}, files: [] };
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') form.files.push({ name: part.fieldname, bytes: await part.toBuffer() });
      else if (part.valueTruncated) throw new AppError('PAYLOAD_TOO_LARGE', `${part.fieldname}: is too long for a form field.`);
      else form.fields[part.fieldname] = part.value;
    }
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(error);
  }
  return form;
}

function unreadable(cause: unknown): AppError {
  if (cause instanceof Error && 'statusCode' in cause && cause.statusCode === 413) {
    return new AppError('PAYLOAD_TOO_LARGE', `A form may have ${limits.files} files of at most ${limits.fileSize / 1024 / 1024} MB.`, {
      cause,
    });
  }
  return validationError([{ path: '', message: 'is not readable as multipart/form-data' }]);
}

/** A file as a data URL, so that from here on it is checked like any other reference picture. Throws VALIDATION_ERROR naming `field`. */
export function pictureDataUrl(bytes: Buffer, field: string): string {
  const contentType = detectContentType(bytes);
  if (!contentType) throw validationError([{ path: field, message: 'must be a png, jpeg or webp picture' }]);
  return `data:${contentType};base64,${bytes.toString('base64')}`;
}
