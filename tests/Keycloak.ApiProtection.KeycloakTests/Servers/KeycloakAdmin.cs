using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.KeycloakTests.Servers;

/// <summary>Keycloak's admin REST API, as far as the tests act on a realm.</summary>
public sealed class KeycloakAdmin(Uri baseAddress) : IDisposable
{
    public const string UserName = "admin";
    public const string Password = "admin";

    /// <summary>Below the 60 s that an admin token lives.</summary>
    private static readonly TimeSpan TokenReuse = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new() { BaseAddress = baseAddress };
    private readonly SemaphoreSlim _tokenGate = new(1, 1);
    private string? _token;
    private long _tokenSince;

    /// <summary>Whether the server answers and its admin exists already.</summary>
    public async Task<bool> CanLogInAsync(CancellationToken cancellationToken)
    {
        try
        {
            _ = await TokenAsync(cancellationToken);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Creates a realm from an export.</summary>
    public Task ImportRealmAsync(string realmJson, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "/admin/realms", realmJson, cancellationToken);

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        JsonNode.Parse(await SendAsync(HttpMethod.Get, path, null, cancellationToken))!;

    public Task PutAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, path, body.ToJsonString(), cancellationToken);

    public Task PostAsync(string path, JsonNode? body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, body?.ToJsonString() ?? "{}", cancellationToken);

    public Task DeleteAsync(string path, CancellationToken cancellationToken, JsonNode? body = null) =>
        SendAsync(HttpMethod.Delete, path, body?.ToJsonString(), cancellationToken);

    public void Dispose()
    {
        _http.Dispose();
        _tokenGate.Dispose();
    }

    private async Task<string> SendAsync(HttpMethod method, string path, string? json, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(cancellationToken));
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? body
            : throw new HttpRequestException($"{method} {path} was answered {(int)response.StatusCode}: {body}", null, response.StatusCode);
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        await _tokenGate.WaitAsync(cancellationToken);
        try
        {
            if (_token is not null && TimeProvider.System.GetElapsedTime(_tokenSince) < TokenReuse)
            {
                return _token;
            }

            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "password",
                ["client_id"] = "admin-cli",
                ["username"] = UserName,
                ["password"] = Password,
            });
            var asked = TimeProvider.System.GetTimestamp();
            using var response = await _http.PostAsync("/realms/master/protocol/openid-connect/token", form, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new HttpRequestException($"No admin token: {(int)response.StatusCode}.", null, response.StatusCode);
            }

            _token = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!["access_token"]!;
            _tokenSince = asked;
            return _token;
        }
        finally
        {
            _tokenGate.Release();
        }
    }
}
