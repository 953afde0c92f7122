import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { Secret } from '@imagegen/runtime/secret';
import type { ImageContentType } from './image-content-type.ts';
import {
  assertByteRange,
  assertContentType,
  isVaultKey,
  UnsatisfiableRangeError,
  type Vault,
  type VaultKey,
  type VaultObject,
} from './vault.ts';

export type S3VaultConfig = {
  kind: 's3';
  bucket: string;
  region: string;
  /** Of an S3-compatible store; addressed by path, since such stores seldom have a host name for each bucket. Absent: AWS. */
  endpoint?: string;
  /** Put before every key, with a slash between. */
  prefix?: string;
  /** Absent: the SDK's own chain (environment, shared files, instance role). */
  credentials?: { accessKeyId: Secret; secretAccessKey: Secret };
};

/**
 * Keeps objects in a bucket under `<prefix>/<key>`; a PUT is atomic and durable once answered (Amazon S3 data consistency model).
 * The identity needs s3:GetObject, s3:PutObject, s3:DeleteObject, and s3:ListBucket: without that, S3 answers 403 for what is absent.
 */
export function openS3Vault({ bucket, region, endpoint, prefix, credentials }: S3VaultConfig): Vault {
  const client = new S3Client({
    region,
    ...(endpoint && { endpoint, forcePathStyle: true }),
    ...(credentials && {
      credentials: { accessKeyId: credentials.accessKeyId.reveal(), secretAccessKey: credentials.secretAccessKey.reveal() },
    }),
    // The SDK's default checksum trailers are stored as part of the object by some S3-compatible stores.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  });
  const at = (name: string) => ({ Bucket: bucket, Key: prefix ? `${prefix}/${name}` : name });
  const sizeOf = async (key: VaultKey) => (await absentAsNull(client.send(new HeadObjectCommand(at(key)))))?.ContentLength ?? null;

  return {
    async put(key, bytes, contentType) {
      assertContentType(bytes, contentType);
      await client.send(new PutObjectCommand({ ...at(key), Body: bytes, ContentType: contentType }));
    },

    async open(key, range) {
      if (range) assertByteRange(range);
      const Range = range && `bytes=${range.start}-${range.end ?? ''}`;
      try {
        const answer = await absentAsNull(client.send(new GetObjectCommand({ ...at(key), Range })));
        return answer && vaultObject(answer);
      } catch (error) {
        const sizeBytes = statusOf(error) === 416 ? await sizeOf(key) : null;
        throw sizeBytes === null ? error : new UnsatisfiableRangeError(sizeBytes);
      }
    },

    has: async (key) => (await sizeOf(key)) !== null,

    async remove(key) {
      await client.send(new DeleteObjectCommand(at(key)));
    },

    async list(after, count) {
      const folder = prefix ? `${prefix}/` : '';
      const page = await client.send(
        new ListObjectsCommand({ Bucket: bucket, Prefix: folder, MaxKeys: count, ...(after && { Marker: `${folder}${after}` }) }),
      );
      const found = (page.Contents ?? []).map(({ Key = '', LastModified }) => ({ key: Key.slice(folder.length), storedAt: LastModified }));
      const objects = found.flatMap(({ key, storedAt }) => (isVaultKey(key) && storedAt ? [{ key, storedAt }] : []));
      return { objects, next: page.IsTruncated ? (found.at(-1)?.key ?? null) : null };
    },

    async check() {
      await client.send(new PutObjectCommand({ ...at('readiness-check'), Body: 'ready' }));
      const answer = await client.send(new GetObjectCommand(at('readiness-check')));
      await answer.Body?.transformToByteArray();
    },
  };
}

function vaultObject({ Body: stream, ContentLength, ContentRange, ContentType }: GetObjectCommandOutput): VaultObject {
  if (!(stream instanceof Readable) || ContentLength === undefined) throw new Error('S3 answered without a body or its length');
  if (!isImageContentType(ContentType)) {
    stream.destroy();
    throw new Error(`S3 holds ${ContentType} where a picture should be`);
  }
  const [, start, end, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(ContentRange ?? '') ?? [];
  return {
    sizeBytes: Number(size ?? ContentLength),
    range: { start: Number(start ?? 0), end: Number(end ?? ContentLength - 1) },
    contentType: ContentType,
    stream,
  };
}

function isImageContentType(text: string | undefined): text is ImageContentType {
  return text === 'image/png' || text === 'image/jpeg' || text === 'image/webp';
}

async function absentAsNull<T>(operation: Promise<T>): Promise<T | null> {
  try {
    return await operation;
  } catch (error) {
    // A missing bucket is a fault of the configuration, not an absent object.
    if (statusOf(error) === 404 && !(error instanceof Error && error.name === 'NoSuchBucket')) return null;
    throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
