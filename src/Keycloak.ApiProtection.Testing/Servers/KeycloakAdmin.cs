using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Servers;

/// <summary>
/// Calls Keycloak's admin REST API as the first admin of a <see cref="KeycloakServer"/>: imports realms and changes clients and users.
/// Paths and representations are those of Keycloak's documentation.
/// </summary>
/// <remarks>A response without a success status throws an <see cref="HttpRequestException"/> that contains Keycloak's response.</remarks>
public sealed class KeycloakAdmin : IDisposable
{
    /// <summary>The admin's user name, <c>admin</c>.</summary>
    public const string UserName = "admin";

    /// <summary>
    /// The admin's password, <c>admin</c>. It can be simple because the server listens on 127.0.0.1 and stores nothing permanently.
    /// </summary>
    public const string Password = "admin";

    /// <summary>Shorter than the 60 seconds that an admin token is valid.</summary>
    private static readonly TimeSpan TokenReuse = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly SemaphoreSlim _tokenGate = new(1, 1);
    private readonly Uri _baseAddress;
    private string? _token;
    private long _tokenSince;

    internal KeycloakAdmin(Uri baseAddress) => _baseAddress = baseAddress;

    /// <summary>Creates a realm from an export.</summary>
    /// <param name="realmJson">The realm's representation in JSON.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="HttpRequestException">Keycloak rejected the request.</exception>
    public Task ImportRealmAsync(string realmJson, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, "/admin/realms", realmJson, cancellationToken);

    /// <summary>Gets a representation.</summary>
    /// <param name="path">The path, for example <c>/admin/realms/demo/users?username=alice</c>.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="HttpRequestException">Keycloak rejected the request.</exception>
    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken = default) =>
        JsonNode.Parse(await SendAsync(HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false))!;

    /// <summary>Updates the resource at a path.</summary>
    /// <param name="path">The path, for example <c>/admin/realms/demo</c>.</param>
    /// <param name="body">The representation.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="HttpRequestException">Keycloak rejected the request.</exception>
    public Task PutAsync(string path, JsonNode body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return SendAsync(HttpMethod.Put, path, body.ToJsonString(), cancellationToken);
    }

    /// <summary>Creates a resource or starts an action.</summary>
    /// <param name="path">The path, for example <c>/admin/realms/demo/logout-all</c>.</param>
    /// <param name="body">The representation; null for an empty one.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="HttpRequestException">Keycloak rejected the request.</exception>
    public Task PostAsync(string path, JsonNode? body = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, path, body?.ToJsonString() ?? "{}", cancellationToken);

    /// <summary>Deletes the resource at a path.</summary>
    /// <param name="path">The path, for example <c>/admin/realms/demo/sessions/{sid}</c>.</param>
    /// <param name="body">What to delete, if the path requires it; otherwise null.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="HttpRequestException">Keycloak rejected the request.</exception>
    public Task DeleteAsync(string path, JsonNode? body = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Delete, path, body?.ToJsonString(), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _tokenGate.Dispose();
    }

    /// <summary>Whether the server responds and its admin exists.</summary>
    internal async Task<bool> CanLogInAsync(CancellationToken cancellationToken)
    {
        try
        {
            _ = await TokenAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<string> SendAsync(HttpMethod method, string path, string? json, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(_baseAddress, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(cancellationToken).ConfigureAwait(false));
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? body
            : throw new HttpRequestException(
                $"{method} {path} failed with status {(int)response.StatusCode}: {body}", null, response.StatusCode);
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        await _tokenGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_token is not null && TimeProvider.System.GetElapsedTime(_tokenSince) < TokenReuse)
            {
                return _token;
            }

            var address = new Uri(_baseAddress, "/realms/master/protocol/openid-connect/token");
            using var request = new HttpRequestMessage(HttpMethod.Post, address);
            request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "password",
                ["client_id"] = "admin-cli",
                ["username"] = UserName,
                ["password"] = Password,
            });
            var asked = TimeProvider.System.GetTimestamp();
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new HttpRequestException(
                    $"Could not get an admin token: status {(int)response.StatusCode}.", null, response.StatusCode);
            }

            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false))!;
            _token = (string)answer["access_token"]!;
            _tokenSince = asked;
            return _token;
        }
        finally
        {
            _tokenGate.Release();
        }
    }
}
