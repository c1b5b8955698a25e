using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing;

/// <summary>Builds a token as Keycloak would issue it, with the changes that a test needs.</summary>
/// <remarks>
/// A builder is immutable: every method returns a new builder. A test can keep the builder of a valid token and modify it in several ways,
/// also in parallel. <see cref="Create"/> opens a new session for every token unless <see cref="InSession"/> names one. Introspection
/// therefore knows the token, and <see cref="KeycloakRealmSessions.End"/> ends it.
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

    /// <summary>Sets the client that the token is issued to: the claim <c>azp</c>, and the source of scopes and mappers.</summary>
    /// <param name="clientId">
    /// The client's id. By default, it is the first client of the export that allows direct access grants; for a service account, it is
    /// the account's own client.
    /// </param>
    public TokenBuilder For(string clientId) => With(_plan with { Client = clientId });

    /// <summary>Requests optional scopes of the client. Its default scopes are always included.</summary>
    /// <param name="scopes">
    /// Scope names. One string may contain several names, separated by spaces. <c>openid</c> is allowed as well.
    /// </param>
    public TokenBuilder WithScope(params string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        var names = scopes.SelectMany(scope => scope.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return With(_plan with { Scopes = _plan.Scopes.AddRange(names) });
    }

    /// <summary>
    /// Leaves out scopes, including default scopes, and all claims of their mappers, as if the scopes were not assigned to the client.
    /// </summary>
    /// <param name="scopes">Names of client scopes. <c>roles</c> removes all roles, <c>basic</c> removes the subject.</param>
    public TokenBuilder WithoutScope(params string[] scopes) =>
        With(_plan with { WithoutScopes = _plan.WithoutScopes.Union(scopes) });

    /// <summary>Sets the kind of token. The default is an access token.</summary>
    /// <param name="kind">The kind.</param>
    public TokenBuilder OfKind(TokenKind kind) => With(_plan with { Kind = kind });

    /// <summary>Issues the token in an existing session instead of a new one.</summary>
    /// <param name="sessionId">The claim <c>sid</c> of an earlier token. If there is no such session, one is opened with that id.</param>
    public TokenBuilder InSession(string sessionId) => With(_plan with { SessionId = sessionId });

    /// <summary>
    /// Sets how and when the user logged in: the claims <c>acr</c> and <c>auth_time</c>, for step-up authentication (RFC 9470).
    /// </summary>
    /// <param name="level">The authentication level: a name of the realm's ACR to LoA mapping, or a number.</param>
    /// <param name="at">
    /// The time of the login. The default is the realm's current time. It can be in the past, whatever the age of the session is.
    /// </param>
    /// <remarks>
    /// The login also changes the session. With <see cref="InSession"/>, introspection of the older tokens of that session reports it, as
    /// in Keycloak, although those tokens do not contain it. A lightweight token contains both claims, too, as if "Add to lightweight
    /// access token" of their mappers were on; <see cref="WithoutClaim"/> removes them.
    /// </remarks>
    public TokenBuilder WithAuthentication(string level, DateTimeOffset? at = null)
    {
        ArgumentNullException.ThrowIfNull(level);
        var time = at ?? _mint.Now;
        return With(_plan with { Login = (level, time) }).WithClaim("acr", level).WithClaim("auth_time", time);
    }

    /// <summary>
    /// Creates a lightweight token: without audience, subject and roles, which only introspection returns. By default,
    /// the client's settings decide.
    /// </summary>
    public TokenBuilder Lightweight() => With(_plan with { Lightweight = true });

    /// <summary>Binds the token to a DPoP key (RFC 9449 section 6): sets <c>cnf.jkt</c>, and sets <c>typ</c> to <c>DPoP</c>.</summary>
    /// <param name="key">The key of the client, as <see cref="KeycloakRealm.Dpop"/> creates it.</param>
    public TokenBuilder BoundTo(DpopKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return BoundToDPoP(key.Thumbprint);
    }

    /// <summary>Binds the token to a client certificate (RFC 8705 section 3.1): sets <c>cnf.x5t#S256</c>.</summary>
    /// <param name="certificate">The certificate of the client.</param>
    public TokenBuilder BoundTo(ClientCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return BoundToCertificate(certificate.Thumbprint);
    }

    /// <summary>Binds the token to a DPoP key (RFC 9449 section 6): sets <c>cnf.jkt</c>, and sets <c>typ</c> to <c>DPoP</c>.</summary>
    /// <param name="thumbprint">The key's JWK SHA-256 thumbprint (RFC 7638), base64url-encoded.</param>
    /// <remarks>
    /// A token can be bound to a key and to a certificate. Keycloak itself writes only the certificate into such a token.
    /// </remarks>
    public TokenBuilder BoundToDPoP(string thumbprint) => Confirmed(("jkt", thumbprint), ("kc-jkt-type", "DPoP"));

    /// <summary>Binds the token to a client certificate (RFC 8705 section 3.1): sets <c>cnf.x5t#S256</c>.</summary>
    /// <param name="thumbprint">The SHA-256 hash of the DER certificate, base64url-encoded.</param>
    /// <remarks>
    /// A token can be bound to a key and to a certificate. Keycloak itself writes only the certificate into such a token.
    /// </remarks>
    public TokenBuilder BoundToCertificate(string thumbprint) => Confirmed(("x5t#S256", thumbprint));

    /// <summary>Creates a token that expired ten minutes ago.</summary>
    public TokenBuilder Expired() => ExpiresIn(-TokenMint.ExpiredSince);

    /// <summary>Sets the expiry relative to the realm's current time, regardless of <c>iat</c>.</summary>
    /// <param name="lifetime">
    /// The time until expiry; negative for an expired token. The default is the access token lifespan of the client or the realm.
    /// </param>
    public TokenBuilder ExpiresIn(TimeSpan lifetime) => With(_plan with
    {
        Lifetime = lifetime,
        IssuedAt = _plan.IssuedAt ?? (lifetime < TimeSpan.Zero ? _mint.Now + lifetime - TimeSpan.FromMinutes(5) : null),
    });

    /// <summary>Sets the time of issue, <c>iat</c>. <c>exp</c> moves by the same amount.</summary>
    /// <param name="time">The time of issue. The default is the realm's current time.</param>
    public TokenBuilder IssuedAt(DateTimeOffset time) => With(_plan with { IssuedAt = time });

    /// <summary>Sets <c>nbf</c>, the time before which the token is not valid. Keycloak itself leaves it out.</summary>
    /// <param name="time">The time.</param>
    public TokenBuilder NotBefore(DateTimeOffset time) => With(_plan with { NotBefore = time });

    /// <summary>Sets a claim to any value, even one that Keycloak would not write.</summary>
    /// <param name="name">The name of the claim, at the top level of the payload.</param>
    /// <param name="value">
    /// A string, number, bool, <see cref="DateTimeOffset"/> (written as seconds since 1970), a collection or dictionary of these, or a
    /// <see cref="JsonNode"/>. Null writes a JSON null.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="value"/> cannot be converted to JSON.</exception>
    public TokenBuilder WithClaim(string name, object? value)
    {
        var json = ClaimValue.ToJson(value);
        return Edit(claims => claims[name] = json?.DeepClone());
    }

    /// <summary>Removes a claim.</summary>
    /// <param name="name">The name of the claim, at the top level of the payload. A missing claim is not an error.</param>
    public TokenBuilder WithoutClaim(string name) => Edit(claims => claims.Remove(name));

    /// <summary>
    /// Sets the claim <c>aud</c>: a string for one audience, an array for several. Without arguments, the claim is removed.
    /// </summary>
    /// <param name="audiences">The audiences, which replace those of the mappers.</param>
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
    /// <param name="issuer">Any text. The default is <see cref="KeycloakRealm.Issuer"/>.</param>
    public TokenBuilder WithIssuer(string issuer) => WithClaim("iss", issuer);

    /// <summary>Sets the realm roles, <c>realm_access.roles</c>, regardless of the user's roles.</summary>
    /// <param name="roles">The roles. Without arguments, the array is empty.</param>
    public TokenBuilder WithRealmRoles(params string[] roles) =>
        WithClaim("realm_access", new Dictionary<string, object?> { ["roles"] = roles });

    /// <summary>
    /// Sets the roles of one client, <c>resource_access.{client}.roles</c>, regardless of the user's roles. Roles of other clients stay.
    /// </summary>
    /// <param name="clientId">The client.</param>
    /// <param name="roles">The roles. Without arguments, the array is empty.</param>
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

    /// <summary>Sets a member of the JOSE header. The signature covers it, but the key and the signature algorithm do not change.</summary>
    /// <param name="name">The member, including <c>alg</c>, <c>typ</c> and <c>kid</c>.</param>
    /// <param name="value">As in <see cref="WithClaim"/>; null removes the member.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> cannot be converted to JSON.</exception>
    public TokenBuilder WithHeader(string name, object? value) =>
        With(_plan with { HeaderEdits = _plan.HeaderEdits.Add(new(name, ClaimValue.ToJson(value))) });

    /// <summary>Sets a <c>kid</c> that differs from that of the signing key.</summary>
    /// <param name="keyId">The <c>kid</c>; null removes it.</param>
    public TokenBuilder WithKeyId(string? keyId) => WithHeader("kid", keyId);

    /// <summary>Signs with the realm's key for another algorithm. As in Keycloak, a key is created if the realm has none.</summary>
    /// <param name="algorithm">
    /// RS, PS or ES with 256, 384 or 512; <c>EdDSA</c> with Ed25519; HS256, HS384 or HS512 with a secret that is not in the JWK set.
    /// </param>
    public TokenBuilder WithAlgorithm(string algorithm) => With(_plan with { Algorithm = algorithm });

    /// <summary>Signs with a key that never belonged to the realm, but uses the <c>kid</c> of the realm's key.</summary>
    public TokenBuilder SignedByForeignKey() => With(_plan with { Signer = Signer.ForeignKey });

    /// <summary>
    /// Simulates the algorithm confusion attack (RFC 8725 section 2.1): <c>HS256</c> with the realm's public key, in PEM
    /// format, as the secret.
    /// </summary>
    public TokenBuilder SignedWithHmacOfPublicKey() => With(_plan with { Signer = Signer.HmacOfPublicKey });

    /// <summary>Creates an unsigned token: <c>alg</c> is <c>none</c>, and the third part is empty (RFC 7519 section 6).</summary>
#pragma warning disable CA1720 // "Unsigned" is the common term for what RFC 7519 calls "unsecured"; it does not refer to the data type.
    public TokenBuilder Unsigned() => With(_plan with { Signer = Signer.Nobody });
#pragma warning restore CA1720

    /// <summary>Changes the payload after signing: adds a claim <c>tampered</c>.</summary>
    public TokenBuilder Tampered() => With(_plan with { Tampered = true });

    /// <summary>Signs this text as the payload. Use it for broken JSON, duplicate members and other malformed content.</summary>
    /// <param name="payload">The text before base64url encoding. Claims that were set by other methods are ignored.</param>
    public TokenBuilder WithRawPayload(string payload) => With(_plan with { RawPayload = payload });

    /// <summary>Signs this text as the header.</summary>
    /// <param name="header">The text before base64url encoding. Members that were set by other methods are ignored.</param>
    public TokenBuilder WithRawHeader(string header) => With(_plan with { RawHeader = header });

    /// <summary>Creates the token.</summary>
    /// <returns>A compact JWS.</returns>
    /// <exception cref="ArgumentException">
    /// The user, the client or a scope does not exist in the realm; the message lists those that exist.
    /// </exception>
    public string Create() => _mint.Create(_plan);

    private TokenBuilder Confirmed(params ReadOnlySpan<(string Name, string Value)> members)
    {
        var confirmation = _plan.Confirmation?.DeepClone().AsObject() ?? [];
        foreach (var (name, value) in members)
        {
            confirmation[name] = value;
        }

        return With(_plan with { Confirmation = confirmation });
    }

    private TokenBuilder Edit(Action<JsonObject> edit) => With(_plan with { ClaimEdits = _plan.ClaimEdits.Add(edit) });

    private TokenBuilder With(TokenPlan plan) => new(_mint, plan);
}
