using System.Buffers;
using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tokens.Rules;
using Keycloak.ApiProtection.Tokens.Verified;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>Verifies access tokens in-process: form, header, claims, key and signature, in this order (inexpensive checks first).</summary>
/// <remarks>
/// RFC 7515, RFC 7519, RFC 8725 and RFC 9068. The signature is not checked for tokens that can be rejected without cryptography, nor for
/// tokens in the cache of verified tokens.
/// </remarks>
internal sealed class AccessTokenVerifier(
    TokenPolicy policy,
    RealmKeys keys,
    TimeProvider time,
    VerifiedTokenCounts counts,
    VerifiedTokens? verified = null,
    VerifiedHeaders? headers = null)
{
    private readonly ITokenRule[] _rules = policy.Rules();
    private readonly VerifiedHeaders _headers = headers ?? new();

    /// <summary>Gets the requirements for a token.</summary>
    public TokenPolicy Policy => policy;

    /// <summary>Gets the realm's keys. Everything else that the realm signs is verified with the same keys.</summary>
    public RealmKeys Keys => keys;

    /// <summary>Fetches the realm's keys in the background, so that the first request need not wait.</summary>
    public void Prefetch() => keys.Prefetch();

    /// <summary>Verifies a token synchronously.</summary>
    /// <returns>False if the realm's keys must be fetched first: <see cref="VerifyAsync"/> waits for them.</returns>
    public bool TryVerify(ReadOnlySpan<char> token, out Decision<AccessToken> verification)
    {
        verification = Verify(token, key: null, out var wanted);
        return wanted is null;
    }

    /// <summary>Verifies a token. It waits only if the realm's keys must be fetched.</summary>
    public ValueTask<Decision<AccessToken>> VerifyAsync(ReadOnlyMemory<char> token, CancellationToken cancellationToken)
    {
        var verification = Verify(token.Span, key: null, out var wanted);
        return wanted is { } key ? FetchAndVerifyAsync(token, key, cancellationToken) : new(verification);
    }

    private async ValueTask<Decision<AccessToken>> FetchAndVerifyAsync(
        ReadOnlyMemory<char> token, WantedKey wanted, CancellationToken cancellationToken)
    {
        var search = await keys.FindAsync(wanted.Id, wanted.TokenIssuedAt, cancellationToken).ConfigureAwait(false);
        return search.IsFound(out var key) ? Verify(token.Span, key, out _)
            : search.Unusable is { } unusable
                ? Decision<AccessToken>.Rejected(TokenRejection.KeyUnusable.Because(
                    $"The realm publishes the token's key {ForeignText.Quote(unusable.Id)}, but it cannot be used: {unusable.Reason}"))
            : search.IsUnknown ? Decision<AccessToken>.Rejected(TokenRejection.KeyUnknown)
            : Decision<AccessToken>.Undecided(search.RetryAfter);
    }

    private Decision<AccessToken> Verify(ReadOnlySpan<char> token, SigningKey? key, out WantedKey? wanted)
    {
        wanted = null;
        var hash = verified?.HashOf(token) ?? 0;
        if (hash != 0 && verified!.TryFind(token, hash, out var known) && keys.StillServes(known.Key))
        {
            counts.Hit();
            return Decision<AccessToken>.Accepted(known);
        }

        if (token.Length > policy.MaximumSize)
        {
            return Decision<AccessToken>.Rejected(TokenRejection.Size);
        }

        // The token as bytes, followed by its decoded parts: together they never need more than twice the token's length.
        var buffer = ArrayPool<byte>.Shared.Rent(token.Length * 2);
        try
        {
            TokenText.Narrow(token, buffer);
            return Verify(buffer.AsSpan(0, token.Length), hash, buffer.AsSpan(token.Length), key, out wanted);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Decision<AccessToken> Verify(ReadOnlySpan<byte> token, ulong hash, Span<byte> scratch, SigningKey? key, out WantedKey? wanted)
    {
        wanted = null;
        if (!CompactJws.TryRead(token, out var jws))
        {
            return Decision<AccessToken>.Rejected(TokenRejection.Form);
        }

        SigningAlgorithm? algorithm;
        ReadOnlySpan<byte> keyId;
        ReadOnlySpan<byte> payload;
        var known = _headers.Find(jws.Header);
        if (known is not null)
        {
            algorithm = known.Algorithm;
            keyId = known.KeyId;
            payload = CompactJws.Decode(jws.Payload, scratch);
        }
        else
        {
            var headerJson = CompactJws.Decode(jws.Header, scratch);
            scratch = scratch[headerJson.Length..];
            var invalid = JoseHeader.Read(headerJson, out var header, out _);
            if (invalid is not null)
            {
                return Decision<AccessToken>.Rejected(invalid);
            }

            payload = CompactJws.Decode(jws.Payload, scratch);
            keyId = header.KeyId;
            if (!SigningAlgorithm.TryGet(header.Algorithm, out algorithm) || !policy.Algorithms.Contains(algorithm))
            {
                return Decision<AccessToken>.Rejected(UnacceptedAlgorithm(header.Algorithm, payload));
            }
        }

        scratch = scratch[payload.Length..];
        if (!TokenClaims.TryRead(payload, out var claims, out _))
        {
            return Decision<AccessToken>.Rejected(TokenRejection.Payload);
        }

        var now = time.GetUtcNow();
        foreach (var rule in _rules)
        {
            if (rule.Check(claims, now) is { } rejection)
            {
                return Decision<AccessToken>.Rejected(rejection);
            }
        }

        if (keyId.IsEmpty)
        {
            return Decision<AccessToken>.Rejected(TokenRejection.KeyMissing);
        }

        if (key is null && !keys.TryFind(keyId, out key))
        {
            wanted = new WantedKey(Encoding.UTF8.GetString(keyId), DateTimeOffset.FromUnixTimeSeconds(claims.IssuedAt));
            return default;
        }

        if (!key.Fits(algorithm))
        {
            return Decision<AccessToken>.Rejected(TokenRejection.KeyUnfit);
        }

        counts.Miss();
        var signature = CompactJws.Decode(jws.Signature, scratch);
        if (!key.Verify(algorithm, jws.SigningInput, signature))
        {
            return Decision<AccessToken>.Rejected(TokenRejection.Signature);
        }

        // Checked last: only tokens that the realm has signed get here, so other clients cannot cause this work.
        if (claims.NestedProblem() is not null)
        {
            return Decision<AccessToken>.Rejected(TokenRejection.Payload);
        }

        if (known is null)
        {
            _headers.Add(jws.Header, keyId, algorithm);
        }

        return Decision<AccessToken>.Accepted(hash == 0
            ? new AccessToken([], claims, key, algorithm, new AccessTokenClaims(payload.ToArray(), policy.Claims, Issuer(claims)))
            : Remember(token, hash, jws, claims, key, algorithm));
    }

    private AccessToken Remember(
        ReadOnlySpan<byte> token, ulong hash, in CompactJws jws, in TokenClaims claims, SigningKey key, SigningAlgorithm algorithm)
    {
        var text = token.ToArray();
        var room = AccessToken.RoomForClaims(
            text.Length + (claims.Confirmation.Exists ? Confirmation.LargestSize + AccessToken.TextHashSize : 0));
        var content = new AccessTokenClaims(text, jws.Header.Length + 1, jws.Payload.Length, policy.Claims, Issuer(claims), room);
        return verified!.Add(new AccessToken(text, claims, key, algorithm, content), hash);
    }

    /// <summary>
    /// Returns the rejection for a token with an algorithm that is not accepted. Keycloak's other kinds of tokens have their own.
    /// </summary>
    private TokenRejection UnacceptedAlgorithm(ReadOnlySpan<byte> algorithm, ReadOnlySpan<byte> payload)
    {
        // RFC 8037, and the fully specified names of RFC 9864.
        if (algorithm.SequenceEqual("EdDSA"u8) || algorithm.SequenceEqual("Ed25519"u8) || algorithm.SequenceEqual("Ed448"u8))
        {
            return TokenRejection.AlgorithmEdDsa;
        }

        if (Ascii.EqualsIgnoreCase(algorithm, "none"u8))
        {
            return TokenRejection.AlgorithmNone;
        }

        if (!algorithm.StartsWith("HS"u8))
        {
            return TokenRejection.Algorithm;
        }

        return TokenClaims.TryRead(payload, out var claims, out _) && claims.Kind.Exists
            && !(policy.VerifiesProofs && KindRule.IsDpop(claims.Kind, payload)) && KindRule.Name(claims.Kind, payload) is { } kind
            ? kind
            : TokenRejection.AlgorithmSymmetric;
    }

    // The issuer is a valid one at this point. In most cases there is only one valid issuer, and its string already exists.
    private string Issuer(in TokenClaims claims) => policy.Issuers is [var only] ? only : claims.Issuer.Text(claims.Json)!;

    /// <summary>A key that must be fetched.</summary>
    private readonly record struct WantedKey(string Id, DateTimeOffset TokenIssuedAt);
}
