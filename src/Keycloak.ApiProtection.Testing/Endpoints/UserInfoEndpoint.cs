using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Mappers;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>Userinfo (OpenID Connect Core section 5.3).</summary>
internal sealed class UserInfoEndpoint(Realm realm) : IRealmEndpoint
{
    private const string VerificationFailed = "Token verification failed";
    private const string Bearer = "Bearer";
    private const string DPoP = "DPoP";

    /// <summary>In the order of Keycloak 26.7.3.</summary>
    private const string Algorithms = "PS384 RS384 EdDSA ES384 ES256 RS256 ES512 PS256 PS512 RS512";

    public Task<Answer> AnswerAsync(EndpointRequest request) => Task.FromResult(Respond(request));

    private Answer Respond(EndpointRequest request)
    {
        if (!request.IsGet && !request.IsPost)
        {
            return Answer.MethodNotAllowed;
        }

        var (text, scheme) = TokenOf(request);
        if (text is null)
        {
            return Reject(401, null, null);
        }

        if (ReceivedToken.Verify(text, realm.Keys) is not { IsAccessToken: true } token
            || token.Issuer != request.Issuer
            || !token.IsActiveAt(realm.Time.GetUtcNow())
            || !IsProven(request, token, text, scheme))
        {
            return scheme == DPoP ? RejectProof() : Reject(401, "invalid_token", VerificationFailed);
        }

        if (token.Claims["cnf"]?["x5t#S256"] is not null)
        {
            // The embedded realm has no TLS, so no request has a certificate.
            return Reject(401, "invalid_token", "Client certificate missing, or its thumbprint and one in the token did NOT match");
        }

        if (token.IsLightweight)
        {
            return Reject(401, "invalid_token", "Lightweight access token not allowed for userinfo endpoint");
        }

        if (KnownToken.Find(realm, text, request.Issuer) is not { } known)
        {
            return Reject(401, "invalid_token", "user_session_not_found");
        }

        if (!token.Scopes.Contains("openid"))
        {
            return Reject(403, "insufficient_scope", "Missing openid scope");
        }

        var claims = new JsonObject { ["sub"] = known.User.Id };
        realm.Mappers.Apply(known.ToContext(realm, request.Issuer), ClaimDestination.UserInfo, claims);
        return Answer.Json(200, claims, new KeyValuePair<string, string>("Cache-Control", "no-cache"), new("Pragma", "no-cache"));
    }

    private static (string? Token, string Scheme) TokenOf(EndpointRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        foreach (var scheme in (string[])[Bearer, DPoP])
        {
            if (authorization.StartsWith(scheme + " ", StringComparison.OrdinalIgnoreCase))
            {
                return (authorization[(scheme.Length + 1)..].Trim(), scheme);
            }
        }

        return (request.Parameter("access_token"), Bearer);
    }

    /// <summary>
    /// A bound token must be sent under the scheme DPoP with a proof of its key for this request, an unbound token under Bearer
    /// (RFC 9449 section 7). A proof beside an unbound token is ignored.
    /// </summary>
    private bool IsProven(EndpointRequest request, ReceivedToken token, string text, string scheme)
    {
        if (token.Claims["cnf"]?["jkt"]?.ToString() is not { } thumbprint)
        {
            return scheme == Bearer;
        }

        return scheme == DPoP
            && request.Headers["DPoP"] is { Count: 1 } header
            && ReceivedProof.Verify(header.ToString(), request.Method, request.Url, realm.Time.GetUtcNow()).Proof is { } proof
            && proof.Thumbprint == thumbprint
            && proof.AccessTokenHash == Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text)))
            && realm.Sessions.UseOnce("dpop " + proof.Id);
    }

    private Answer RejectProof() => Answer.Text(401, "text/plain;charset=utf-8", "",
    [
        .. Answer.NoStore,
        new("WWW-Authenticate", $"DPoP algs=\"{Algorithms}\", realm=\"{realm.Export.Name}\", error=\"invalid_token\", "
            + $"error_description=\"{VerificationFailed}\""),
    ]);

    private Answer Reject(int status, string? error, string? description)
    {
        var challenge = $"Bearer realm=\"{realm.Export.Name}\""
            + (error is null ? "" : $", error=\"{error}\", error_description=\"{description}\"");
        return Answer.Text(status, "text/plain;charset=utf-8", "", [.. Answer.NoStore, new("WWW-Authenticate", challenge)]);
    }
}
