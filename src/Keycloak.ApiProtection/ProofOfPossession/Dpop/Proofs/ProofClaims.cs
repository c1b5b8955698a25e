using Keycloak.ApiProtection.Json;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;

/// <summary>The claims of a proof (RFC 9449 section 4.2). Other claims are ignored.</summary>
internal ref struct ProofClaims
{
    /// <summary>The maximum length of <c>jti</c> in bytes.</summary>
    public const int LongestId = 256;

    private readonly ReadOnlySpan<byte> _json;
    private JsonValue _method;
    private JsonValue _url;
    private JsonValue _tokenHash;
    private JsonValue _id;
    private JsonValue _issuedAt;
    private JsonValue _nonce;

    private ProofClaims(ReadOnlySpan<byte> json) => _json = json;

    /// <summary>Gets <c>jti</c> as it is written, with its escapes. An escaped spelling of an id is another id.</summary>
    public readonly ReadOnlySpan<byte> Id => _id.Raw(_json);

    /// <summary>Gets whether <c>jti</c> is a string of 1 to 256 bytes without escapes.</summary>
    /// <remarks>
    /// The signature covers the spelling, so a replayed proof has the same spelling. Escapes are rejected all the same, because no client
    /// needs them.
    /// </remarks>
    public readonly bool HasId => _id.Kind == JsonKind.String && !_id.Escaped && _id.Length is > 0 and <= LongestId;

    /// <summary>Gets whether there is a <c>nonce</c>.</summary>
    public readonly bool HasNonce => _nonce.Exists;

    /// <summary>Gets <c>nonce</c>. Empty if it contains escapes, which the nonces of this API do not need.</summary>
    public readonly ReadOnlySpan<byte> Nonce => _nonce.Escaped ? [] : _nonce.Raw(_json);

    /// <summary>Reads the decoded payload. <paramref name="problem"/> describes what is wrong with it; null if nothing is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out ProofClaims claims, out string? problem)
    {
        claims = new ProofClaims(json);
        if (!JsonText.IsText(json, out problem))
        {
            return false;
        }

        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[32];
        var reader = new JsonObjectReader(json, seen);
        while (reader.Read())
        {
            claims.Take(reader.Name, reader.Value);
        }

        problem = reader.Problem ?? (claims._nonce.Exists && claims._nonce.Kind != JsonKind.String ? "'nonce' is not a string" : null);
        return problem is null;
    }

    /// <summary>Returns whether <c>htm</c> is this method, with case: HTTP methods are case-sensitive (RFC 9110 section 9.1).</summary>
    public readonly bool IsFor(string method) =>
        _method.Kind == JsonKind.String && !_method.Escaped && System.Text.Ascii.Equals(_method.Raw(_json), method);

    /// <summary>Returns whether <c>htu</c> is the URL of this target.</summary>
    public readonly bool IsFor(in DpopTarget target, DpopPublicUrl? publicUrl)
    {
        if (_url.Kind != JsonKind.String)
        {
            return false;
        }

        // Some libraries escape each slash in JSON. This is the only escape that a URL can need, so it is rare.
        if (_url.Escaped)
        {
            return DpopUrl.Matches(_url.Text(_json), target, publicUrl);
        }

        var raw = _url.Raw(_json);
        Span<char> url = stackalloc char[raw.Length];
        return System.Text.Ascii.ToUtf16(raw, url, out _) == System.Buffers.OperationStatus.Done
            && DpopUrl.Matches(url, target, publicUrl);
    }

    /// <summary>Returns whether <c>ath</c> is this text: the SHA-256 of the access token in base64url.</summary>
    public readonly bool IsForToken(ReadOnlySpan<byte> hash) =>
        _tokenHash.Kind == JsonKind.String && !_tokenHash.Escaped && _tokenHash.Raw(_json).SequenceEqual(hash);

    /// <summary>Reads <c>iat</c>. Returns false if it is not an integer or out of range.</summary>
    public readonly bool TryReadIssuedAt(out DateTimeOffset issuedAt) => NumericDate.TryRead(_issuedAt, _json, out issuedAt);

    /// <summary>Returns <c>htm</c>, for the log.</summary>
    public readonly string? MethodText() => _method.Text(_json);

    /// <summary>Returns <c>htu</c>, for the log.</summary>
    public readonly string? UrlText() => _url.Text(_json);

    private void Take(scoped ReadOnlySpan<byte> name, JsonValue value)
    {
        if (name.SequenceEqual("jti"u8))
        {
            _id = value;
        }
        else if (name.SequenceEqual("htm"u8))
        {
            _method = value;
        }
        else if (name.SequenceEqual("htu"u8))
        {
            _url = value;
        }
        else if (name.SequenceEqual("iat"u8))
        {
            _issuedAt = value;
        }
        else if (name.SequenceEqual("ath"u8))
        {
            _tokenHash = value;
        }
        else if (name.SequenceEqual("nonce"u8))
        {
            _nonce = value;
        }
    }
}
