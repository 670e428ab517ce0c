import { PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

/**
 * Makes URLs under which a client may PUT an object. With a client of its own: the SDK's usual one would sign the checksum
 * of an empty body into the URL, and S3 would refuse every other.
 */
export function uploadLinks(bucket: string, config: S3ClientConfig = {}) {
  const client = new S3Client({ ...config, requestChecksumCalculation: 'WHEN_REQUIRED' });
  return (key: string, seconds: number): Promise<string> =>
    getSignedUrl(client, new PutObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: seconds });
}
