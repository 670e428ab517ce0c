import { Fn, Op, Token } from 'cdktf';
import { type PolicyPrincipals, type PolicyStatement, policyDocument } from '../parts/policy';

/** Kind of endpoint and networks of the API. */
interface Access {
  readonly kind: 'regional' | 'private' | 'by-variable';
  readonly authorization?: 'api-key' | 'iam';
  readonly allowedCidrBlocks?: readonly string[] | string;
}

interface ApiLocation {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/**
 * Returns the resource policy of the API: which endpoint and networks may call it. A private API answers nobody without
 * one; a regional one has one where
 * networks are named. It is an argument of the API itself: importing the document replaces the whole API, and the provider
 * then sets again only what the API's own arguments say. The API's id is not known there; the policy is attached to this API
 * alone.
 */
export function resourcePolicy(
  access: Access,
  endpointId: string | undefined,
  { partition, region, accountId }: ApiLocation,
): string | undefined {
  const call = {
    actions: ['execute-api:Invoke'],
    resources: [`arn:${partition}:execute-api:${region}:${accountId}:*/*`],
  };
  // Beside IAM, a policy that allows everybody would let in every principal of the account, whatever its own policies say.
  const principals = principalsOf(access.authorization, `arn:${partition}:iam::${accountId}:root`);
  const allow: PolicyStatement = { sid: 'AllowClients', principals, ...call };
  if (access.kind === 'private')
    return policyDocument(allow, {
      sid: 'DenyOtherWays',
      effect: 'Deny',
      principals: '*',
      ...call,
      conditions: { StringNotEquals: { 'aws:SourceVpce': endpointId ?? '' } },
    });
  if (access.kind === 'by-variable')
    return policyDocument(
      allow,
      {
        sid: 'DenyOtherEndpoints',
        effect: 'Deny',
        principals: '*',
        ...call,
        // A private API is called through endpoints alone, and a regional one through none.
        conditions: {
          Null: { 'aws:SourceVpce': 'false' },
          StringNotEquals: { 'aws:SourceVpce': endpointId ?? '' },
        },
      },
      {
        sid: 'DenyOtherNetworks',
        effect: 'Deny',
        principals: '*',
        ...call,
        // What comes through an endpoint has no address of the internet.
        conditions: {
          Null: { 'aws:SourceVpce': 'true' },
          NotIpAddress: { 'aws:SourceIp': [access.allowedCidrBlocks ?? ANY_NETWORK].flat() },
        },
      },
    );
  if (access.allowedCidrBlocks === undefined) return undefined;
  return policyDocument(allow, {
    sid: 'DenyOtherNetworks',
    effect: 'Deny',
    principals: '*',
    ...call,
    conditions: { NotIpAddress: { 'aws:SourceIp': access.allowedCidrBlocks } },
  });
}

const ANY_NETWORK = ['0.0.0.0/0', '::/0'];

/** Beside IAM the account itself, which leaves the decision to the policies of its principals; else everybody. */
function principalsOf(authorization: Access['authorization'], account: string): PolicyPrincipals {
  if (Token.isUnresolved(authorization))
    return { aws: Token.asString(Fn.conditional(Op.eq(authorization, 'iam'), account, '*')) };
  return authorization === 'iam' ? { aws: account } : '*';
}
