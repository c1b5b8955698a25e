using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Keys;
using Keycloak.ApiProtection.Testing.Mappers;
using Keycloak.ApiProtection.Testing.Sessions;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>Creates the claims of every kind of token as Keycloak 26 does.</summary>
internal sealed class TokenIssuer(RealmExport realm, ClaimMappers mappers, TimeProvider time)
{
    /// <summary>The lifetime of a logout token.</summary>
    private static readonly TimeSpan LogoutLifespan = TimeSpan.FromSeconds(120);

    public TimeSpan AccessTokenLifespan(Client client) => client.Lifespan("access.token.lifespan") ?? realm.AccessTokenLifespan;

    /// <param name="context">The user, the client, the scopes and the session.</param>
    /// <param name="grant">The two letters for the grant in the <c>jti</c>: <c>ro</c>, <c>cc</c>, <c>ac</c>, <c>rt</c>.</param>
    /// <param name="lightweight">Whether to leave out the claims that only introspection returns.</param>
    /// <param name="confirmation">The key that the token is bound to, or null.</param>
    public JsonObject AccessToken(TokenContext context, string grant, bool lightweight, JsonObject? confirmation = null)
    {
        var claims = Start(context, time.GetUtcNow() + AccessTokenLifespan(context.Client));
        var session = context.Session.Kind switch { SessionKind.Offline => "of", SessionKind.Transient => "tr", _ => "on" };
        claims["jti"] = $"{session}{(lightweight ? "lt" : "rt")}{grant}:{Guid.NewGuid()}";
        claims["typ"] = context.Client.LowercaseBearer ? "bearer" : "Bearer";
        claims["azp"] = context.Client.Id;
        if (context.Session.Kind != SessionKind.Transient)
        {
            claims["sid"] = context.Session.Id;
        }

        claims["scope"] = context.Scope;
        if (!realm.SubjectComesFromMapper)
        {
            claims["sub"] = context.User.Id;
        }

        mappers.Apply(context, lightweight ? ClaimDestination.LightweightAccessToken : ClaimDestination.AccessToken, claims);
        if (confirmation is not null)
        {
            claims["cnf"] = confirmation.DeepClone();
            claims["typ"] = confirmation.ContainsKey("jkt") ? "DPoP" : claims["typ"]?.DeepClone();
        }

        return claims;
    }

    /// <param name="context">The user, the client, the scopes and the session.</param>
    /// <param name="accessToken">The access token that is issued together with the ID token, for <c>at_hash</c>; or null.</param>
    public JsonObject IdToken(TokenContext context, string? accessToken)
    {
        var lifespan = context.Client.Lifespan("id.token.lifespan") ?? AccessTokenLifespan(context.Client);
        var claims = Start(context, time.GetUtcNow() + lifespan);
        claims["aud"] = context.Client.Id;
        claims["sub"] = context.User.Id;
        claims["typ"] = "ID";
        claims["azp"] = context.Client.Id;
        claims["sid"] = context.Session.Id;
        if (accessToken is not null)
        {
            claims["at_hash"] = HalfHash(accessToken, context.Client.IdTokenAlgorithm(realm));
        }

        mappers.Apply(context, ClaimDestination.IdToken, claims);
        return claims;
    }

    /// <param name="context">The user, the client, the scopes and the session.</param>
    /// <param name="accessToken">
    /// The claims of the access token that is issued together with the refresh token, which copies its <c>sub</c>, its <c>aud</c> (as
    /// <c>aud_x</c>) and its <c>cnf</c>.
    /// </param>
    public JsonObject RefreshToken(TokenContext context, JsonObject accessToken)
    {
        var offline = context.Session.Kind == SessionKind.Offline;
        var claims = Start(context, offline ? OfflineExpiry(context.Session) : SessionExpiry(context.Session));
        claims["aud"] = context.Issuer;
        claims["typ"] = offline ? "Offline" : "Refresh";
        claims["azp"] = context.Client.Id;
        claims["sid"] = context.Session.Id;
        claims["scope"] = context.FullScope;
        Copy(accessToken, "sub", claims, "sub");
        Copy(accessToken, "aud", claims, "aud_x");
        Copy(accessToken, "cnf", claims, "cnf");
        claims["prov"] = "default";
        if (context.Scopes.Any(scope => scope.Name == ClientScope.Organization)
            && realm.Organizations.FirstOrDefault(organization => organization.Members.Contains(context.User.Username)) is { } member)
        {
            claims["organization"] = member.Alias;
        }

        return claims;
    }

    /// <summary>A back-channel logout token (OpenID Connect Back-Channel Logout section 2.4).</summary>
    public JsonObject LogoutToken(TokenContext context)
    {
        var claims = Start(context, time.GetUtcNow() + LogoutLifespan);
        claims["aud"] = context.Client.Id;
        claims["sub"] = context.User.Id;
        claims["typ"] = "Logout";
        if (context.Client.Attribute("backchannel.logout.session.required") is not "false")
        {
            claims["sid"] = context.Session.Id;
        }

        var events = new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = new JsonObject() };
        if (context.Client.IsOn("backchannel.logout.revoke.offline.tokens"))
        {
            events["revoke_offline_access"] = true;
        }

        claims["events"] = events;
        return claims;
    }

    /// <summary>Creates a token that only Keycloak reads: an action token, a registration token or the identity cookie.</summary>
    public JsonObject InternalToken(TokenContext context, string type)
    {
        var claims = Start(context, time.GetUtcNow() + realm.SessionMax);
        claims["aud"] = context.Issuer;
        claims["sub"] = context.User.Id;
        claims["typ"] = type;
        claims["azp"] = context.Client.Id;
        claims["sid"] = context.Session.Id;
        return claims;
    }

    /// <summary>When a refresh token of the session expires.</summary>
    public DateTimeOffset SessionExpiry(UserSession session)
    {
        var idle = time.GetUtcNow() + realm.SessionIdle;
        var max = session.Started + realm.SessionMax;
        return idle < max ? idle : max;
    }

    /// <summary>When an offline token expires; null if never.</summary>
    public DateTimeOffset? OfflineExpiry(UserSession session) => realm.OfflineMax is { } max ? session.Started + max : null;

    private JsonObject Start(TokenContext context, DateTimeOffset? expires)
    {
        var claims = new JsonObject();
        if (expires is { } exp)
        {
            claims["exp"] = exp.ToUnixTimeSeconds();
        }

        claims["iat"] = time.GetUtcNow().ToUnixTimeSeconds();
        claims["jti"] = Guid.NewGuid().ToString();
        claims["iss"] = context.Issuer;
        return claims;
    }

    private static void Copy(JsonObject from, string name, JsonObject to, string newName)
    {
        if (from[name] is { } value)
        {
            to[newName] = value.DeepClone();
        }
    }

    /// <summary>
    /// OpenID Connect Core section 3.1.3.6: the left half of the hash, with the hash algorithm of the ID token's signature.
    /// </summary>
    private static string HalfHash(string token, string algorithm)
    {
        var hash = CryptographicOperations.HashData(HashAlgorithms.Of(algorithm), Encoding.ASCII.GetBytes(token));
        return Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2));
    }
}
