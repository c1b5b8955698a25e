using System.Buffers.Text;
using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Replay;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;
using Keycloak.ApiProtection.Tokens;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop;

/// <summary>Checks the DPoP proof of a request whose access token has been verified (RFC 9449 sections 4.3 and 7.1).</summary>
/// <remarks>
/// Inexpensive checks come first: form, header, the key's thumbprint, claims, time or nonce; then the signature, and last the memory of
/// used proofs. The client's key is imported only if the realm has bound the token to it. Nothing is remembered before the signature has
/// been verified. No input causes an exception.
/// </remarks>
internal sealed class DpopProofValidator
{
    /// <summary>The maximum length of a proof in characters.</summary>
    public const int LongestProof = 4096;

    private const int HashTextSize = Confirmation.ThumbprintLength;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly DpopSettings _settings;
    private readonly TimeProvider _time;
    private readonly ReplayCheck _replay;
    private readonly DpopNonces _nonces;
    private readonly ClientKeys _keys = new();

    /// <param name="settings">The settings of the scheme.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs the state of the memory, and failures of the store. Rejections are logged by the caller.</param>
    /// <param name="store">The memory that all replicas share. Null if this process remembers its own proofs only.</param>
    /// <param name="memory">
    /// The memory of this process. Null for a new one. When the options change, the new validator must get the memory of the old one;
    /// otherwise a proof that was used before could be used again.
    /// </param>
    public DpopProofValidator(
        DpopSettings settings, TimeProvider time, ILogger logger, IDpopReplayStore? store = null, ProofMemory? memory = null)
    {
        (_settings, _time) = (settings, time);
        _replay = new ReplayCheck(
            settings, time, logger, store, memory ?? new ProofMemory(settings.ReplayCapacity, settings.Scheme, time, logger));
        _nonces = new DpopNonces(settings);
    }

    /// <summary>Gets the settings.</summary>
    public DpopSettings Settings => _settings;

    /// <summary>Gets whether replicas share their memory of used proofs, so that a check may wait for it.</summary>
    public bool HasStore => _replay.HasStore;

    /// <summary>Gets the memory of used proofs.</summary>
    public ProofMemory Memory => _replay.Memory;

    /// <summary>Gets the number of cached client keys, for tests.</summary>
    internal int CachedKeys => _keys.Count;

    /// <summary>Checks a proof. Completes synchronously unless there is an <see cref="IDpopReplayStore"/>.</summary>
    /// <param name="header">All values of the <c>DPoP</c> header.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="target">The target of the request.</param>
    /// <param name="token">The access token.</param>
    /// <param name="thumbprint">The thumbprint of the key that the token is bound to (<c>cnf.jkt</c>).</param>
    /// <param name="cancellationToken">Canceled when the request is aborted. Only the store uses it.</param>
    public ValueTask<DpopResult> ValidateAsync(
        StringValues header,
        string method,
        in DpopTarget target,
        ProvenToken token,
        string thumbprint,
        CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        Span<byte> replayKey = stackalloc byte[ReplayKey.Size];
        Span<byte> hash = stackalloc byte[ProofKey.ThumbprintSize];
        var rejection = Check(header, method, target, token, thumbprint, now, replayKey, hash, out var proof);
        if (rejection is not null)
        {
            return new(Rejected(rejection, thumbprint, now));
        }

        return !_replay.HasStore
            ? new(Decide(_replay.Add(replayKey, hash, proof.AcceptableUntil, proof.HasNonce, now), token, thumbprint, proof, now))
            : RememberAsync(replayKey.ToArray(), hash.ToArray(), token, thumbprint, proof, now, cancellationToken);
    }

    private DpopResult Rejected(TokenRejection rejection, string thumbprint, DateTimeOffset now) =>
        DpopResult.Rejected(
            rejection,
            rejection == TokenRejection.DpopNonce || _settings.Nonce == DpopNonceMode.Required ? _nonces.Create(thumbprint, now) : null);

    /// <summary>All checks that need neither the memory of used proofs nor the store.</summary>
    private TokenRejection? Check(
        StringValues header,
        string method,
        in DpopTarget target,
        in ProvenToken token,
        string thumbprint,
        DateTimeOffset now,
        Span<byte> replayKey,
        Span<byte> thumbprintBytes,
        out CheckedProof proof)
    {
        proof = default;
        if (header.Count != 1)
        {
            return header.Count == 0 ? TokenRejection.DpopMissing : TokenRejection.DpopRepeated;
        }

        var text = header[0].AsSpan();
        if (text.Length is 0 or > LongestProof)
        {
            return TokenRejection.DpopSize;
        }

        // The decoded parts are at most three quarters of the text.
        Span<byte> buffer = stackalloc byte[text.Length * 2];
        var bytes = buffer[..text.Length];
        TokenText.Narrow(text, bytes);
        if (!CompactJws.TryRead(bytes, out var jws))
        {
            return TokenRejection.DpopForm;
        }

        var scratch = buffer[text.Length..];
        var headerJson = CompactJws.Decode(jws.Header, scratch);
        scratch = scratch[headerJson.Length..];
        if (!ProofHeader.TryRead(headerJson, out var proofHeader, out _))
        {
            return TokenRejection.DpopForm;
        }

        if (!proofHeader.IsOfProof())
        {
            return TokenRejection.DpopType;
        }

        if (proofHeader.Algorithm(_settings.Algorithms) is not { } algorithm)
        {
            return TokenRejection.DpopAlgorithm;
        }

        if (!ProofKey.TryRead(proofHeader.Key, algorithm, out var proofKey, out _))
        {
            return TokenRejection.DpopKey;
        }

        Span<byte> hashText = stackalloc byte[HashTextSize];
        var known = _keys.Find(thumbprint, proofKey);
        if (known is not null)
        {
            known.Thumbprint.CopyTo(thumbprintBytes);
        }
        else
        {
            proofKey.WriteThumbprint(thumbprintBytes);
            Base64Url.EncodeToUtf8(thumbprintBytes, hashText);
            if (!Ascii.Equals(hashText, thumbprint))
            {
                return TokenRejection.DpopKeyOther;
            }
        }

        var payload = CompactJws.Decode(jws.Payload, scratch);
        scratch = scratch[payload.Length..];
        if (!ProofClaims.TryRead(payload, out var claims, out _))
        {
            return TokenRejection.DpopForm;
        }

        if (!claims.IsFor(method))
        {
            return TokenRejection.DpopMethod;
        }

        if (!claims.IsFor(target, _settings.PublicUrl))
        {
            return TokenRejection.DpopUrl;
        }

        var keptHash = token.KeptHash;
        if (keptHash is null)
        {
            TokenTextHash.Write(token.Text.Span, hashText);
        }

        if (!claims.IsForToken(keptHash ?? (ReadOnlySpan<byte>)hashText))
        {
            return TokenRejection.DpopTokenHash;
        }

        if (!claims.HasId)
        {
            return TokenRejection.DpopId;
        }

        if (CheckTime(claims, thumbprint, thumbprintBytes, now, out proof) is { } late)
        {
            return late;
        }

        var signature = CompactJws.Decode(jws.Signature, scratch);
        if ((known?.Key ?? proofKey.Import()) is not { } key)
        {
            return TokenRejection.DpopKey;
        }

        if (!key.Verify(algorithm, jws.SigningInput, signature))
        {
            return TokenRejection.DpopSignature;
        }

        proof = proof with
        {
            NewKey = known is null ? new CachedKey(thumbprintBytes, thumbprint, proofKey, key) : null,
            NewTokenHash = keptHash is null && token.CanKeepHash ? hashText.ToArray() : null,
        };
        ReplayKey.Write(replayKey, thumbprintBytes, claims.Id);
        return null;
    }

    /// <summary>Checks the nonce, or, if there is none and none is required, <c>iat</c>.</summary>
    /// <remarks>
    /// A proof with a nonce is judged by its nonce alone, also when no nonce would be required. Otherwise a proof could be used again when
    /// its nonce has expired, and it is forgotten, but its <c>iat</c> is still recent by the client's clock.
    /// </remarks>
    private TokenRejection? CheckTime(
        in ProofClaims claims, string thumbprint, ReadOnlySpan<byte> thumbprintBytes, DateTimeOffset now, out CheckedProof proof)
    {
        proof = default;
        if (!claims.TryReadIssuedAt(out var issuedAt))
        {
            return TokenRejection.DpopTime;
        }

        if (_settings.Nonce != DpopNonceMode.Never)
        {
            if (claims.HasNonce)
            {
                var isValid = _nonces.IsValid(claims.Nonce, thumbprint, now, out var nonceUntil, out var renew);
                proof = new CheckedProof(nonceUntil, HasNonce: true, renew);
                return isValid ? null : TokenRejection.DpopNonce;
            }

            if (_settings.Nonce == DpopNonceMode.Required || _replay.Memory.NeedsNonce(thumbprintBytes, now))
            {
                return TokenRejection.DpopNonce;
            }
        }

        // Whole seconds: a proof of 60.9 seconds ago is 60 seconds old.
        var age = now.ToUnixTimeSeconds() - issuedAt.ToUnixTimeSeconds();
        if (age > (long)_settings.ProofAge.TotalSeconds || -age > (long)_settings.ProofAhead.TotalSeconds)
        {
            return TokenRejection.DpopTime;
        }

        proof = new CheckedProof(issuedAt + _settings.ProofAge + TimeSpan.FromSeconds(1), HasNonce: false, Renew: false);
        return null;
    }

    private async ValueTask<DpopResult> RememberAsync(
        byte[] replayKey,
        byte[] hash,
        ProvenToken token,
        string thumbprint,
        CheckedProof proof,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var outcome = await _replay.AddAsync(replayKey, hash, proof.AcceptableUntil, proof.HasNonce, now, cancellationToken);
        return Decide(outcome, token, thumbprint, proof, now);
    }

    private DpopResult Decide(
        ReplayOutcome outcome, in ProvenToken token, string thumbprint, in CheckedProof proof, DateTimeOffset now) => outcome switch
        {
            ReplayOutcome.Added => Accept(token, thumbprint, proof, now),
            ReplayOutcome.Replayed => Rejected(TokenRejection.DpopReplayed, thumbprint, now),

            // The client repeats the request with a nonce, for which there is room.
            ReplayOutcome.Full when !proof.HasNonce && _settings.Nonce != DpopNonceMode.Never =>
                Rejected(TokenRejection.DpopNonce, thumbprint, now),
            _ => DpopResult.Undecided(RetryAfter),
        };

    private DpopResult Accept(in ProvenToken token, string thumbprint, in CheckedProof proof, DateTimeOffset now)
    {
        if (proof.NewKey is { } key)
        {
            _keys.Add(key);
        }

        if (proof.NewTokenHash is { } hash)
        {
            token.KeepHash(hash);
        }

        return DpopResult.Accepted(proof.Renew ? _nonces.Create(thumbprint, now) : null);
    }
}
