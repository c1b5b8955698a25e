using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Endpoints;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Keys;
using Keycloak.ApiProtection.Testing.Sessions;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>Creates the token that a plan describes. Opens a session for the token so that the realm knows it.</summary>
internal sealed class TokenMint(Realm realm, string issuer)
{
    /// <summary>The age of the expiry of an "expired" token: longer than any clock skew that an API may allow.</summary>
    public static readonly TimeSpan ExpiredSince = TimeSpan.FromMinutes(10);

    public DateTimeOffset Now => realm.Time.GetUtcNow();

    public string Create(TokenPlan plan)
    {
        var context = Open(plan);
        var claims = Claims(plan, context);
        SetTimes(plan, claims);
        foreach (var edit in plan.ClaimEdits)
        {
            edit(claims);
        }

        var payload = plan.RawPayload is { } raw ? Encoding.UTF8.GetBytes(raw) : CompactJws.WriteClaims(claims);
        var token = Sign(plan, context.Client, payload);
        return plan.Tampered ? Tamper(token, claims) : token;
    }

    private TokenContext Open(TokenPlan plan)
    {
        var user = realm.RequireUser(plan.User);
        var client = plan.Client is { } id ? realm.RequireClient(id) : DefaultClient(user);
        var scope = ScopeRequest.Resolve(realm.Export, client, user, plan.Scopes);
        if (scope.Unknown.Count > 0)
        {
            throw new ArgumentException(
                $"Client '{client.Id}' has no scope '{scope.Unknown[0]}', so Keycloak would not issue this token. Its default scopes: "
                + $"{string.Join(", ", client.DefaultScopes)}; its optional scopes: {string.Join(", ", client.OptionalScopes)}. "
                + "To create a token that Keycloak would never issue, use WithClaim(\"scope\", \"...\").");
        }

        var scopes = scope.Scopes.Where(granted => !plan.WithoutScopes.Contains(granted.Name)).ToList();
        var openId = scope.OpenId || plan.Kind == TokenKind.Id;
        var context = new TokenContext(realm.Export, client, user, scopes, openId, Session(plan, user, client, scopes), issuer);
        return context with { Session = Keep(context) };
    }

    /// <summary>
    /// The client if the test names none: the client of a service account, otherwise the first client with direct access grants.
    /// </summary>
    private Client DefaultClient(User user)
    {
        if (user.ServiceAccountOf is { } owner)
        {
            return realm.RequireClient(owner);
        }

        return realm.Export.Clients.Values.FirstOrDefault(client => client is { DirectAccessGrants: true, Enabled: true })
            ?? throw new InvalidOperationException(
                $"No client of realm '{realm.Export.Name}' has direct access grants. Set the client with For(\"...\").");
    }

    private UserSession Session(TokenPlan plan, User user, Client client, IEnumerable<ClientScope> scopes)
    {
        var now = realm.Time.GetUtcNow();
        if (user.ServiceAccountOf is not null)
        {
            return ClientCredentialsGrant.SessionOf(client, user, "127.0.0.1", now);
        }

        var isOffline = plan.Kind == TokenKind.Offline || scopes.Any(scope => scope.Name == ClientScope.OfflineAccess);
        var kind = isOffline ? SessionKind.Offline : SessionKind.Online;
        var session = plan.SessionId is { } id && realm.Sessions.Find(id, kind) is { } joined
            ? joined
            : new UserSession(plan.SessionId ?? RealmSessions.NewId(), user.Id, kind, now)
            {
                AuthenticatedAt = ByPage(client) ? now : null,
            };

        // As in Keycloak, a login changes the session, and introspection of the session's older tokens then reports the new login.
        return plan.Login is { } login
            ? realm.Sessions.Open(session with { Level = login.Level, AuthenticatedAt = login.At })
            : session;
    }

    private UserSession Keep(TokenContext context)
    {
        if (context.Session.Kind == SessionKind.Transient)
        {
            return context.Session;
        }

        var member = new ClientSession(context.Client.Id, context.FullScope.Split(' '), realm.Time.GetUtcNow());
        return realm.Sessions.Join(context.Session.Id, context.Session.Kind, member)
            ?? realm.Sessions.Open(context.Session with { Clients = new Dictionary<string, ClientSession> { [member.ClientId] = member } });
    }

    private JsonObject Claims(TokenPlan plan, TokenContext context) => plan.Kind switch
    {
        TokenKind.Access => AccessToken(plan, context),
        TokenKind.Id => realm.Tokens.IdToken(context, accessToken: null),
        TokenKind.Refresh or TokenKind.Offline => realm.Tokens.RefreshToken(context, AccessToken(plan, context)),
        TokenKind.Logout => realm.Tokens.LogoutToken(context),
        TokenKind.RegistrationAccess => realm.Tokens.InternalToken(context, "RegistrationAccessToken"),
        TokenKind.InitialAccess => realm.Tokens.InternalToken(context, "InitialAccessToken"),
        TokenKind.Action => realm.Tokens.InternalToken(context, "execute-actions"),
        TokenKind.SerializedId => realm.Tokens.InternalToken(context, "Serialized-ID"),
        _ => throw new ArgumentOutOfRangeException(nameof(plan)),
    };

    private JsonObject AccessToken(TokenPlan plan, TokenContext context)
    {
        var grant = context.User.ServiceAccountOf is not null ? "cc" : ByPage(context.Client) ? "ac" : "ro";
        return realm.Tokens.AccessToken(context, grant, plan.Lightweight ?? context.Client.Lightweight, plan.Confirmation);
    }

    private static bool ByPage(Client client) => client is { StandardFlow: true, DirectAccessGrants: false };

    private void SetTimes(TokenPlan plan, JsonObject claims)
    {
        var lifetime = claims["exp"] is { } exp
            ? TimeSpan.FromSeconds(exp.GetValue<long>() - claims["iat"]!.GetValue<long>())
            : (TimeSpan?)null;
        if (plan.IssuedAt is { } issuedAt)
        {
            claims["iat"] = issuedAt.ToUnixTimeSeconds();
            if (lifetime is { } unchanged)
            {
                claims["exp"] = (issuedAt + unchanged).ToUnixTimeSeconds();
            }
        }

        if (plan.Lifetime is { } fromNow)
        {
            claims["exp"] = (realm.Time.GetUtcNow() + fromNow).ToUnixTimeSeconds();
        }

        if (plan.NotBefore is { } notBefore)
        {
            claims["nbf"] = notBefore.ToUnixTimeSeconds();
        }
    }

    private string Sign(TokenPlan plan, Client client, byte[] payload)
    {
        var algorithm = plan.Algorithm ?? DefaultAlgorithm(plan.Kind, client);
        var (shown, keyId, sign) = Signature(plan.Signer, algorithm);
        return CompactJws.Sign(plan.RawHeader is { } raw ? Encoding.UTF8.GetBytes(raw) : Header(plan, client, shown, keyId), payload, sign);
    }

    private string DefaultAlgorithm(TokenKind kind, Client client) => kind switch
    {
        TokenKind.Access => client.AccessTokenAlgorithm(realm.Export),
        TokenKind.Id or TokenKind.Logout => client.IdTokenAlgorithm(realm.Export),
        _ => realm.Keys.Internal.Algorithm,
    };

    private (string Algorithm, string? KeyId, SignatureFunction Sign) Signature(Signer signer, string algorithm)
    {
        if (signer == Signer.Nobody)
        {
            return ("none", null, _ => []);
        }

        var key = algorithm == realm.Keys.Internal.Algorithm ? realm.Keys.Internal : realm.Keys.Active(algorithm);
        return signer switch
        {
            Signer.ForeignKey => (algorithm, key.Id, realm.ForeignKeys.Active(algorithm).Sign),
            Signer.HmacOfPublicKey => ("HS256", key.Id, input => HMACSHA256.HashData(Encoding.ASCII.GetBytes(PemOf(key)), input)),
            _ => (algorithm, key.Id, key.Sign),
        };
    }

    private static string PemOf(SigningKey key) => PemEncoding.WriteString("PUBLIC KEY", key.PublicKey
        ?? throw new InvalidOperationException(
            $"A key for {key.Algorithm} has no public key to misuse. Choose an access or ID token, or an asymmetric algorithm."));

    private static byte[] Header(TokenPlan plan, Client client, string algorithm, string? keyId)
    {
        string? type = plan.Kind switch
        {
            TokenKind.Access when client.Rfc9068Header => "at+jwt",
            TokenKind.Logout => "logout+jwt",
            _ => "JWT",
        };
        var more = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (name, value) in plan.HeaderEdits)
        {
            switch (name)
            {
                case "typ" when value is null or JsonValue:
                    type = value?.ToString();
                    break;
                case "kid" when value is null or JsonValue:
                    keyId = value?.ToString();
                    break;
                case "alg" when value is JsonValue:
                    algorithm = value.ToString();
                    break;
                case var removed when value is null:
                    more.Remove(removed);
                    break;
                default:
                    more[name] = value;
                    break;
            }
        }

        return CompactJws.WriteHeader(algorithm, type, keyId, more);
    }

    /// <summary>Simulates an attack: changed claims with the signature of the original claims.</summary>
    private static string Tamper(string token, JsonObject claims)
    {
        var changed = claims.DeepClone().AsObject();
        changed["tampered"] = true;
        var parts = token.Split('.');
        return $"{parts[0]}.{System.Buffers.Text.Base64Url.EncodeToString(CompactJws.WriteClaims(changed))}.{parts[2]}";
    }
}
