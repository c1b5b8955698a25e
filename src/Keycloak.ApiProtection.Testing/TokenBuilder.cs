using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing;

/// <summary>Describes a token to mint: as Keycloak would issue it, and then whatever a test wants to be different about it.</summary>
/// <remarks>
/// A builder never changes: every method gives a new one, so that a test can keep a good token's builder and spoil it in several ways, also in
/// parallel. <see cref="Create"/> opens a session of its own for every token (unless <see cref="InSession"/> names one), so that introspection
/// knows the token and <see cref="KeycloakRealm.EndSession"/> ends it.
/// </remarks>
public sealed class TokenBuilder
{
    private readonly TokenMint _mint;
    private readonly TokenPlan _plan;

    internal TokenBuilder(TokenMint mint, TokenPlan plan)
    {
        _mint = mint;
        _plan = plan;
    }

    /// <summary>The client that the token is issued to: the claim <c>azp</c>, and the source of scopes and mappers.</summary>
    /// <param name="clientId">
    /// The client's id. Without this method it is the first client of the export that allows direct access grants; for a service account its own.
    /// </param>
    public TokenBuilder For(string clientId) => With(_plan with { Client = clientId });

    /// <summary>Asks for optional scopes of the client; its default scopes come by themselves.</summary>
    /// <param name="scopes">Names; one string may hold several, separated by spaces. <c>openid</c> is one, too.</param>
    public TokenBuilder WithScope(params string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        return With(_plan with { Scopes = _plan.Scopes.AddRange(scopes.SelectMany(scope => scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))) });
    }

    /// <summary>Leaves out scopes, also default ones, with all claims that their mappers bring: as if the client had not been given them.</summary>
    /// <param name="scopes">Names of client scopes; <c>roles</c> takes all roles away, <c>basic</c> the subject.</param>
    public TokenBuilder WithoutScope(params string[] scopes) => With(_plan with { WithoutScopes = _plan.WithoutScopes.Union(scopes) });

    /// <summary>Another kind of token. Default: an access token.</summary>
    /// <param name="kind">The kind.</param>
    public TokenBuilder OfKind(TokenKind kind) => With(_plan with { Kind = kind });

    /// <summary>The token joins a session instead of opening one.</summary>
    /// <param name="sessionId">The claim <c>sid</c> of an earlier token; where no such session lives, one is opened under that id.</param>
    public TokenBuilder InSession(string sessionId) => With(_plan with { SessionId = sessionId });

    /// <summary>Without audience, subject and roles: only introspection tells those. Default: as the client is set up.</summary>
    public TokenBuilder Lightweight() => With(_plan with { Lightweight = true });

    /// <summary>Bound to a DPoP key (RFC 9449 section 6): <c>cnf.jkt</c>, and <c>typ</c> is <c>DPoP</c>.</summary>
    /// <param name="thumbprint">The key's JWK SHA-256 thumbprint (RFC 7638), base64url.</param>
    public TokenBuilder BoundToDPoP(string thumbprint) => With(_plan with { Confirmation = new JsonObject { ["jkt"] = thumbprint, ["kc-jkt-type"] = "DPoP" } });

    /// <summary>Bound to a client certificate (RFC 8705 section 3.1): <c>cnf.x5t#S256</c>.</summary>
    /// <param name="thumbprint">The SHA-256 of the DER certificate, base64url.</param>
    public TokenBuilder BoundToCertificate(string thumbprint) => With(_plan with { Confirmation = new JsonObject { ["x5t#S256"] = thumbprint } });

    /// <summary>Expired ten minutes ago.</summary>
    public TokenBuilder Expired() => ExpiresIn(-TokenMint.ExpiredSince);

    /// <summary>Expires so long after now, whatever <c>iat</c> says.</summary>
    /// <param name="lifetime">From the realm's now; negative for the past. Default: the client's or realm's access token lifespan.</param>
    public TokenBuilder ExpiresIn(TimeSpan lifetime) => With(_plan with
    {
        Lifetime = lifetime,
        IssuedAt = _plan.IssuedAt ?? (lifetime < TimeSpan.Zero ? _mint.Now + lifetime - TimeSpan.FromMinutes(5) : null),
    });

    /// <summary>Issued then: <c>iat</c>, and <c>exp</c> moves along.</summary>
    /// <param name="time">Default: the realm's now.</param>
    public TokenBuilder IssuedAt(DateTimeOffset time) => With(_plan with { IssuedAt = time });

    /// <summary>Not valid before: <c>nbf</c>, which Keycloak itself leaves out.</summary>
    /// <param name="time">The time.</param>
    public TokenBuilder NotBefore(DateTimeOffset time) => With(_plan with { NotBefore = time });

    /// <summary>Sets a claim to any value, whatever Keycloak would write.</summary>
    /// <param name="name">The claim at the payload's top level.</param>
    /// <param name="value">
    /// A string, number, bool, <see cref="DateTimeOffset"/> (written in seconds since 1970), collection or dictionary of these, a
    /// <see cref="JsonNode"/>; null writes JSON's null.
    /// </param>
    /// <exception cref="ArgumentException">JSON cannot be made of <paramref name="value"/>.</exception>
    public TokenBuilder WithClaim(string name, object? value)
    {
        var json = ClaimValue.ToJson(value);
        return Edit(claims => claims[name] = json?.DeepClone());
    }

    /// <summary>Takes a claim out.</summary>
    /// <param name="name">The claim at the payload's top level; none is no error.</param>
    public TokenBuilder WithoutClaim(string name) => Edit(claims => claims.Remove(name));

    /// <summary>Sets the claim <c>aud</c>: a string for one audience, an array for several, none for no argument.</summary>
    /// <param name="audiences">The audiences, instead of those that mappers bring.</param>
    public TokenBuilder WithAudience(params string[] audiences)
    {
        ArgumentNullException.ThrowIfNull(audiences);
        return audiences.Length switch
        {
            0 => WithoutClaim("aud"),
            1 => WithClaim("aud", audiences[0]),
            _ => WithClaim("aud", audiences),
        };
    }

    /// <summary>Sets the claim <c>iss</c>.</summary>
    /// <param name="issuer">Any text. Default: <see cref="KeycloakRealm.Issuer"/>.</param>
    public TokenBuilder WithIssuer(string issuer) => WithClaim("iss", issuer);

    /// <summary>Sets the realm roles, <c>realm_access.roles</c>, whatever the user has.</summary>
    /// <param name="roles">The roles; none leaves an empty array.</param>
    public TokenBuilder WithRealmRoles(params string[] roles) =>
        WithClaim("realm_access", new Dictionary<string, object?> { ["roles"] = roles });

    /// <summary>Sets the roles of one client, <c>resource_access.{client}.roles</c>, whatever the user has; other clients' roles stay.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="roles">The roles; none leaves an empty array.</param>
    public TokenBuilder WithClientRoles(string clientId, params string[] roles)
    {
        var access = ClaimValue.ToJson(new Dictionary<string, object?> { ["roles"] = roles })!;
        return Edit(claims =>
        {
            if (claims["resource_access"] is not JsonObject clients)
            {
                claims["resource_access"] = clients = [];
            }

            clients[clientId] = access.DeepClone();
        });
    }

    /// <summary>Sets a member of the JOSE header; the signature covers it, but is made as before.</summary>
    /// <param name="name">The member, <c>alg</c>, <c>typ</c> and <c>kid</c> included.</param>
    /// <param name="value">As in <see cref="WithClaim"/>; null takes the member out.</param>
    /// <exception cref="ArgumentException">JSON cannot be made of <paramref name="value"/>.</exception>
    public TokenBuilder WithHeader(string name, object? value) => With(_plan with { HeaderEdits = _plan.HeaderEdits.Add(new(name, ClaimValue.ToJson(value))) });

    /// <summary>Says another <c>kid</c> than that of the key that signs.</summary>
    /// <param name="keyId">The <c>kid</c>; null leaves it out.</param>
    public TokenBuilder WithKeyId(string? keyId) => WithHeader("kid", keyId);

    /// <summary>Signs with the realm's key for another algorithm; one is made where the realm has none, as in Keycloak.</summary>
    /// <param name="algorithm">
    /// RS, PS or ES with 256, 384 or 512; <c>EdDSA</c> with Ed25519; HS256, HS384 or HS512 with a secret that is not in the JWKS.
    /// </param>
    public TokenBuilder WithAlgorithm(string algorithm) => With(_plan with { Algorithm = algorithm });

    /// <summary>Signed by a key that the realm never had, under the <c>kid</c> of the realm's key.</summary>
    public TokenBuilder SignedByForeignKey() => With(_plan with { Signer = Signer.ForeignKey });

    /// <summary>The algorithm confusion attack (RFC 8725 section 2.1): <c>HS256</c> with the realm's public key, as PEM, for a secret.</summary>
    public TokenBuilder SignedWithHmacOfPublicKey() => With(_plan with { Signer = Signer.HmacOfPublicKey });

    /// <summary><c>alg</c> is <c>none</c>, and the third part is empty (RFC 7519 section 6).</summary>
#pragma warning disable CA1720 // The word is RFC 7519's ("unsecured") and everybody's, not the type's.
    public TokenBuilder Unsigned() => With(_plan with { Signer = Signer.Nobody });
#pragma warning restore CA1720

    /// <summary>The payload was changed after it was signed: a claim <c>tampered</c> was added.</summary>
    public TokenBuilder Tampered() => With(_plan with { Tampered = true });

    /// <summary>This text is the payload, properly signed: broken JSON, doubled members, whatever.</summary>
    /// <param name="payload">The text, before base64url; claims set otherwise do not count.</param>
    public TokenBuilder WithRawPayload(string payload) => With(_plan with { RawPayload = payload });

    /// <summary>This text is the header, properly signed.</summary>
    /// <param name="header">The text, before base64url; members set otherwise do not count.</param>
    public TokenBuilder WithRawHeader(string header) => With(_plan with { RawHeader = header });

    /// <summary>Mints the token.</summary>
    /// <returns>A compact JWS.</returns>
    /// <exception cref="ArgumentException">The realm has no such user, client or scope; the message lists what it has.</exception>
    public string Create() => _mint.Create(_plan);

    private TokenBuilder Edit(Action<JsonObject> edit) => With(_plan with { ClaimEdits = _plan.ClaimEdits.Add(edit) });

    private TokenBuilder With(TokenPlan plan) => new(_mint, plan);
}
