using System.Net.Http.Headers;
using System.Text;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>Sends requests to a realm's endpoints as clients and APIs do.</summary>
internal sealed class RealmCaller(KeycloakRealm realm) : IDisposable
{
    private readonly HttpClient _http = realm.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Uri TokenEndpoint => new(Protocol + "token");

    public Uri UserInfoEndpoint => new(Protocol + "userinfo");

    private string Protocol => realm.Issuer + "/protocol/openid-connect/";

    /// <summary>A proof for the token endpoint.</summary>
    public string Proof(DpopKey key) => key.Proof(HttpMethod.Post, TokenEndpoint).Create();

    public Task<Exchange> DiscoverAsync(string? host = null) =>
        SendAsync(HttpMethod.Get, realm.Issuer + "/.well-known/openid-configuration", host: host);

    public Task<Exchange> KeysAsync() => SendAsync(HttpMethod.Get, Protocol + "certs");

    public Task<Exchange> TokenAsync(IEnumerable<(string Name, string? Value)> form, string? basic = null, string? dpop = null) =>
        SendAsync(HttpMethod.Post, Protocol + "token", form, basic, dpop: dpop);

    public Task<Exchange> PasswordAsync(
        string client, string user, string? scope = "openid", string? secret = null, string? dpop = null) => TokenAsync(
        [
            ("grant_type", "password"),
            ("client_id", client),
            ("client_secret", secret),
            ("username", user),
            ("password", user),
            ("scope", scope),
        ],
        dpop: dpop);

    public Task<Exchange> RefreshAsync(string client, string refreshToken, string? scope = null, string? dpop = null) =>
        TokenAsync([("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", refreshToken), ("scope", scope)], dpop: dpop);

    public Task<Exchange> ClientCredentialsAsync(string client, string? secret = null) =>
        TokenAsync([("grant_type", "client_credentials")], basic: $"{client}:{secret ?? client + "-secret"}");

    public Task<Exchange> IntrospectAsync(string client, string? token, string? hint = null, string? secret = null, string? host = null) =>
        SendAsync(
            HttpMethod.Post,
            Protocol + "token/introspect",
            [("token", token), ("token_type_hint", hint)],
            $"{client}:{secret ?? client + "-secret"}",
            host);

    public async Task<bool> IsActiveAsync(string token, string by = "orders-api") => (await IntrospectAsync(by, token)).IsActive;

    public Task<Exchange> RevokeAsync(string client, string? token) =>
        SendAsync(HttpMethod.Post, Protocol + "revoke", [("client_id", client), ("token", token)]);

    public Task<Exchange> LogoutAsync(string client, string? refreshToken) =>
        SendAsync(HttpMethod.Post, Protocol + "logout", [("client_id", client), ("refresh_token", refreshToken)]);

    public Task<Exchange> UserInfoAsync(string? token) => SendAsync(HttpMethod.Get, Protocol + "userinfo", bearer: token);

    public async Task<Exchange> SendAsync(
        HttpMethod method,
        string url,
        IEnumerable<(string Name, string? Value)>? form = null,
        string? basic = null,
        string? host = null,
        string? dpop = null,
        string? bearer = null)
    {
        using var request = new HttpRequestMessage(method, url);
        if (form is not null)
        {
            var fields = form.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value!));
            request.Content = new FormUrlEncodedContent(fields);
        }

        if (basic is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic)));
        }

        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        if (dpop is not null)
        {
            request.Headers.Add("DPoP", dpop);
        }

        request.Headers.Host = host;
        using var response = await _http.SendAsync(request, Cancellation);
        return await Exchange.ReadAsync(response, Cancellation);
    }

    public void Dispose() => _http.Dispose();
}
