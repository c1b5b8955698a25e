using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing;

/// <summary>
/// Builds a DPoP proof (RFC 9449 section 4.2). Without changes it is valid for one request. A test can make it wrong in one way.
/// </summary>
/// <remarks>
/// A builder is immutable: every method returns a new builder. <see cref="Create"/> writes a new <c>jti</c> and the current time each
/// time it is called, unless a method sets them.
/// </remarks>
public sealed class DpopProofBuilder
{
    private readonly DpopKey _key;
    private readonly ProofPlan _plan;

    internal DpopProofBuilder(DpopKey key, string method, string url)
        : this(key, new ProofPlan(method, url))
    {
    }

    private DpopProofBuilder(DpopKey key, ProofPlan plan)
    {
        _key = key;
        _plan = plan;
    }

    /// <summary>Adds the hash of the access token that is sent with the proof: the claim <c>ath</c>.</summary>
    /// <param name="accessToken">The access token; null for none, as at the token endpoint.</param>
    public DpopProofBuilder For(string? accessToken) => With(_plan with { AccessToken = accessToken });

    /// <summary>Sets the claim <c>nonce</c>, which a server requested with the header <c>DPoP-Nonce</c> (RFC 9449 section 8).</summary>
    /// <param name="nonce">The nonce; null for none.</param>
    public DpopProofBuilder WithNonce(string? nonce) => With(_plan with { Nonce = nonce });

    /// <summary>Sets the claim <c>jti</c>. Two proofs with the same <c>jti</c> are a replay.</summary>
    /// <param name="id">Any text. By default, every proof has a random one.</param>
    public DpopProofBuilder WithId(string id) => With(_plan with { Id = id });

    /// <summary>Sets the claim <c>iat</c>.</summary>
    /// <param name="time">The time of issue. The default is the current time of the key's clock.</param>
    public DpopProofBuilder IssuedAt(DateTimeOffset time) => With(_plan with { IssuedAt = time });

    /// <summary>Sets the claim <c>iat</c> relative to the current time of the key's clock.</summary>
    /// <param name="age">The age of the proof; negative for a proof from the future.</param>
    public DpopProofBuilder IssuedAgo(TimeSpan age) => IssuedAt(_key.Time.GetUtcNow() - age);

    /// <summary>Sets the claim <c>htm</c>, for a proof that was made for another method.</summary>
    /// <param name="method">Any text.</param>
    public DpopProofBuilder WithMethod(string method) => With(_plan with { Method = method });

    /// <summary>Sets the claim <c>htu</c>, for a proof that was made for another URL.</summary>
    /// <param name="url">Any text.</param>
    public DpopProofBuilder WithUrl(string url) => With(_plan with { Url = url });

    /// <summary>Sets a claim to any value.</summary>
    /// <param name="name">The name of the claim.</param>
    /// <param name="value">As in <see cref="TokenBuilder.WithClaim"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> cannot be converted to JSON.</exception>
    public DpopProofBuilder WithClaim(string name, object? value)
    {
        var json = ClaimValue.ToJson(value);
        return With(_plan with { ClaimEdits = _plan.ClaimEdits.Add(claims => claims[name] = json?.DeepClone()) });
    }

    /// <summary>Removes a claim.</summary>
    /// <param name="name">The name of the claim. A missing claim is not an error.</param>
    public DpopProofBuilder WithoutClaim(string name) =>
        With(_plan with { ClaimEdits = _plan.ClaimEdits.Add(claims => claims.Remove(name)) });

    /// <summary>Sets a member of the JOSE header. The signature covers it, but the key and the signature algorithm do not change.</summary>
    /// <param name="name">The member, including <c>typ</c>, <c>alg</c> and <c>jwk</c>, or an additional one such as <c>crit</c>.</param>
    /// <param name="value">As in <see cref="TokenBuilder.WithClaim"/>; null removes the member.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> cannot be converted to JSON.</exception>
    public DpopProofBuilder WithHeader(string name, object? value) =>
        With(_plan with { HeaderEdits = _plan.HeaderEdits.Add(new(name, ClaimValue.ToJson(value))) });

    /// <summary>
    /// Writes the public key of another client into the header, as a thief does who knows this key but does not have it. The signature
    /// does not match the key in the header.
    /// </summary>
    /// <param name="key">The other key.</param>
    public DpopProofBuilder WithKeyOf(DpopKey key) => With(_plan with { KeyInHeader = key });

    /// <summary>Adds the private members to the header <c>jwk</c>, which RFC 9449 forbids.</summary>
    public DpopProofBuilder WithPrivateKey() => With(_plan with { IncludesPrivateKey = true });

    /// <summary>Simulates the algorithm confusion attack (RFC 8725 section 2.1): <c>HS256</c> with the public key, in PEM format.</summary>
    public DpopProofBuilder SignedWithHmacOfPublicKey() => With(_plan with { Signer = ProofSigner.HmacOfPublicKey });

    /// <summary>Creates an unsigned proof: <c>alg</c> is <c>none</c>, and the third part is empty (RFC 7519 section 6).</summary>
#pragma warning disable CA1720 // "Unsigned" is the common term for what RFC 7519 calls "unsecured"; it does not refer to the data type.
    public DpopProofBuilder Unsigned() => With(_plan with { Signer = ProofSigner.Nobody });
#pragma warning restore CA1720

    /// <summary>Changes the payload after signing: adds a claim <c>tampered</c>.</summary>
    public DpopProofBuilder Tampered() => With(_plan with { Tampered = true });

    /// <summary>Signs this text as the payload. Use it for broken JSON, duplicate members and other malformed content.</summary>
    /// <param name="payload">The text before base64url encoding. Claims that were set by other methods are ignored.</param>
    public DpopProofBuilder WithRawPayload(string payload) => With(_plan with { RawPayload = payload });

    /// <summary>Signs this text as the header.</summary>
    /// <param name="header">The text before base64url encoding. Members that were set by other methods are ignored.</param>
    public DpopProofBuilder WithRawHeader(string header) => With(_plan with { RawHeader = header });

    /// <summary>Makes the proof longer with spaces after the JSON of its header and its payload, where JSON allows them.</summary>
    /// <param name="characters">The exact length of the proof.</param>
    public DpopProofBuilder WithLength(int characters) => With(_plan with { Length = characters });

    /// <summary>Creates the proof: the value of the header <c>DPoP</c>.</summary>
    /// <returns>A compact JWS.</returns>
    /// <exception cref="ArgumentException">The proof is longer than <see cref="WithLength"/> demands.</exception>
    public string Create()
    {
        var header = Encoding.UTF8.GetBytes(_plan.RawHeader ?? Header().ToJsonString());
        var claims = Claims();
        var payload = _plan.RawPayload is { } raw ? Encoding.UTF8.GetBytes(raw) : CompactJws.Write(claims);
        if (_plan.Length is { } length)
        {
            (header, payload) = Lengthen(header, payload, length);
        }

        var proof = CompactJws.Sign(header, payload, Sign);
        return _plan.Tampered ? Tamper(proof, claims) : proof;
    }

    private JsonObject Header()
    {
        var header = new JsonObject
        {
            ["typ"] = "dpop+jwt",
            ["alg"] = _plan.Signer switch
            {
                ProofSigner.HmacOfPublicKey => "HS256",
                ProofSigner.Nobody => "none",
                _ => _key.Algorithm,
            },
            ["jwk"] = (_plan.KeyInHeader ?? _key).ToJwk(_plan.IncludesPrivateKey),
        };
        foreach (var (name, value) in _plan.HeaderEdits)
        {
            if (value is null)
            {
                header.Remove(name);
            }
            else
            {
                header[name] = value.DeepClone();
            }
        }

        return header;
    }

    private JsonObject Claims()
    {
        var claims = new JsonObject
        {
            ["jti"] = _plan.Id ?? Guid.NewGuid().ToString(),
            ["htm"] = _plan.Method,
            ["htu"] = _plan.Url,
            ["iat"] = (_plan.IssuedAt ?? _key.Time.GetUtcNow()).ToUnixTimeSeconds(),
        };
        if (_plan.AccessToken is { } token)
        {
            claims["ath"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        }

        if (_plan.Nonce is { } nonce)
        {
            claims["nonce"] = nonce;
        }

        _plan.ClaimEdits.ForEach(edit => edit(claims));
        return claims;
    }

    private byte[] Sign(ReadOnlySpan<byte> input) => _plan.Signer switch
    {
        ProofSigner.HmacOfPublicKey => _key.SignWithHmacOfPublicKey(input),
        ProofSigner.Nobody => [],
        _ => _key.Sign(input),
    };

    /// <summary>
    /// A base64url text has no length that leaves the remainder 1 when divided by 4. If the payload alone cannot have the missing length,
    /// the header gets a space too.
    /// </summary>
    private (byte[] Header, byte[] Payload) Lengthen(byte[] header, byte[] payload, int length)
    {
        var signature = Base64Url.GetEncodedLength(Sign([]).Length);
        for (; ; header = [.. header, (byte)' '])
        {
            var left = length - Base64Url.GetEncodedLength(header.Length) - signature - 2;
            if (left < Base64Url.GetEncodedLength(payload.Length))
            {
                throw new ArgumentException($"The proof is longer than {length} characters.");
            }

            if (left % 4 != 1)
            {
                var longer = new byte[left / 4 * 3 + Math.Max(0, left % 4 - 1)];
                payload.CopyTo(longer, 0);
                longer.AsSpan(payload.Length).Fill((byte)' ');
                return (header, longer);
            }
        }
    }

    private static string Tamper(string proof, JsonObject claims)
    {
        claims["tampered"] = true;
        var parts = proof.Split('.');
        return $"{parts[0]}.{Base64Url.EncodeToString(CompactJws.Write(claims))}.{parts[2]}";
    }

    private DpopProofBuilder With(ProofPlan plan) => new(_key, plan);
}
