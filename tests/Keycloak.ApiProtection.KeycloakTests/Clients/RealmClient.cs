using System.Net.Http.Headers;
using System.Text;

namespace Keycloak.ApiProtection.KeycloakTests.Clients;

/// <summary>Calls the endpoints of a realm with plain HTTP, as clients and APIs do. It needs only the base address.</summary>
public sealed class RealmClient(HttpClient http, Uri baseAddress, string realm = RealmClient.DemoRealm)
{
    public const string DemoRealm = "demo";

    public Uri Issuer { get; } = new(baseAddress, $"/realms/{realm}");

    public Uri TokenEndpoint => Endpoint("token");

    public Uri Endpoint(string path) => new($"{Issuer}/protocol/openid-connect/{path}");

    /// <summary>Requests the discovery document, optionally with another host name for the same address.</summary>
    public Task<HttpAnswer> DiscoverAsync(CancellationToken cancellationToken, string? host = null) =>
        SendAsync(
            HttpMethod.Get,
            new Uri($"{Issuer}/.well-known/openid-configuration"),
            null,
            cancellationToken,
            request => request.Headers.Host = host);

    public Task<HttpAnswer> GetKeysAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, Endpoint("certs"), null, cancellationToken);

    /// <summary>Requests tokens with the password grant. In <c>demo</c> the password is the user name.</summary>
    public Task<TokenAnswer> PasswordAsync(
        DemoClient client,
        string user,
        CancellationToken cancellationToken,
        string? scope = "openid",
        string? dpop = null)
    {
        (string Name, string? Value)[] form = [("grant_type", "password"), ("username", user), ("password", user), ("scope", scope)];
        return TokenAsync(Credentials(client, form), cancellationToken, dpop);
    }

    public Task<TokenAnswer> ClientCredentialsAsync(DemoClient client, CancellationToken cancellationToken, string? scope = null) =>
        TokenAsync(Credentials(client, [("grant_type", "client_credentials"), ("scope", scope)]), cancellationToken);

    public Task<TokenAnswer> RefreshAsync(DemoClient client, string refreshToken, CancellationToken cancellationToken) =>
        TokenAsync(Credentials(client, [("grant_type", "refresh_token"), ("refresh_token", refreshToken)]), cancellationToken);

    public Task<TokenAnswer> ExchangeAsync(DemoClient client, string subjectToken, string? audience, CancellationToken cancellationToken) =>
        TokenAsync(Credentials(client,
        [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", subjectToken),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("audience", audience),
        ]), cancellationToken);

    /// <summary>Sends any form to the token endpoint. Fields with a null value are not sent.</summary>
    public async Task<TokenAnswer> TokenAsync(
        (string Name, string? Value)[] form, CancellationToken cancellationToken, string? dpop = null) =>
        new(await SendAsync(HttpMethod.Post, TokenEndpoint, form, cancellationToken, request =>
        {
            if (dpop is not null)
            {
                request.Headers.Add("DPoP", dpop);
            }
        }));

    /// <summary>Introspects a token (RFC 7662) with HTTP Basic, optionally with another host name for the same address.</summary>
    public Task<HttpAnswer> IntrospectAsync(
        DemoClient client,
        string? token,
        CancellationToken cancellationToken,
        string? hint = null,
        string? host = null)
    {
        (string Name, string? Value)[] form = [("token", token), ("token_type_hint", hint)];
        return SendAsync(HttpMethod.Post, Endpoint("token/introspect"), form, cancellationToken, request =>
        {
            request.Headers.Host = host;
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{client.Id}:{client.Secret}")));
        });
    }

    /// <summary>Revokes a token (RFC 7009).</summary>
    public Task<HttpAnswer> RevokeAsync(DemoClient client, string token, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, Endpoint("revoke"), Credentials(client, [("token", token)]), cancellationToken);

    /// <summary>Logs out with a refresh token, as an application without a browser does.</summary>
    public Task<HttpAnswer> LogoutAsync(DemoClient client, string refreshToken, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, Endpoint("logout"), Credentials(client, [("refresh_token", refreshToken)]), cancellationToken);

    public async Task<HttpAnswer> SendAsync(
        HttpMethod method,
        Uri uri,
        (string Name, string? Value)[]? form,
        CancellationToken cancellationToken,
        Action<HttpRequestMessage>? configure = null)
    {
        using var request = new HttpRequestMessage(method, uri);
        request.Content = form is null
            ? null
            : new FormUrlEncodedContent(
                from field in form where field.Value is not null select KeyValuePair.Create(field.Name, field.Value));
        configure?.Invoke(request);
        using var response = await http.SendAsync(request, cancellationToken);
        return await HttpAnswer.ReadAsync(response, cancellationToken);
    }

    private static (string Name, string? Value)[] Credentials(DemoClient client, (string Name, string? Value)[] form) =>
        [("client_id", client.Id), ("client_secret", client.Secret), .. form];
}
