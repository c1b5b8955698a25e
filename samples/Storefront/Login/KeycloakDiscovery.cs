using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Storefront.Configuration;

namespace Storefront.Login;

/// <summary>Reads the realm's discovery document once, before the first request. The OAuth handler wants the addresses in its options.</summary>
internal sealed partial class KeycloakDiscovery(
    IHttpClientFactory clients, IOptions<KeycloakOptions> options, TimeProvider time, ILogger<KeycloakDiscovery> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private KeycloakEndpoints? _endpoints;

    /// <summary>Gets the addresses; <see cref="ReadAsync"/> comes first.</summary>
    public KeycloakEndpoints Endpoints => _endpoints ?? throw new InvalidOperationException("Keycloak's discovery document has not been read yet.");

    /// <summary>Reads the document; waits for a Keycloak that is still starting.</summary>
    /// <exception cref="KeycloakUnavailableException">There is no such realm, it is another issuer, or nobody answered in time.</exception>
    public async Task ReadAsync(CancellationToken cancellation = default)
    {
        var authority = options.Value.Authority!.AbsoluteUri.TrimEnd('/');
        var address = new Uri($"{authority}/.well-known/openid-configuration");
        var started = time.GetTimestamp();
        for (var told = false; ; told = true)
        {
            try
            {
                _endpoints = await TryReadAsync(address, authority, cancellation);
                return;
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                if (time.GetElapsedTime(started) > Patience)
                {
                    throw new KeycloakUnavailableException($"Nobody answered at {address} for {Patience.TotalSeconds:0} seconds: {failure.Message}", failure);
                }

                if (!told)
                {
                    Waiting(logger, address, failure.Message);
                }

                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    private async Task<KeycloakEndpoints> TryReadAsync(Uri address, string authority, CancellationToken cancellation)
    {
        using var response = await clients.CreateClient(nameof(KeycloakDiscovery)).GetAsync(address, cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            throw new KeycloakUnavailableException($"{address} is 404: Keycloak has no such realm, or stands under another path. Check Keycloak:Authority.");
        }

        response.EnsureSuccessStatusCode();
        try
        {
            using var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
            var root = document.RootElement;
            var issuer = root.GetProperty("issuer").GetString();

            // OpenID Connect Discovery section 4.3. Another issuer would also be another origin for the browser.
            if (issuer != authority)
            {
                throw new KeycloakUnavailableException(
                    $"{address} says that the issuer is {issuer}. Set Keycloak:Authority to exactly that, or Keycloak's hostname to that of the setting.");
            }

            Uri Endpoint(string name) => new(root.GetProperty(name).GetString()!);
            return new KeycloakEndpoints(
                Endpoint("authorization_endpoint"),
                Endpoint("token_endpoint"),
                Endpoint("userinfo_endpoint"),
                Endpoint("revocation_endpoint"),
                Endpoint("end_session_endpoint"));
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or UriFormatException or ArgumentNullException or InvalidOperationException)
        {
            throw new KeycloakUnavailableException($"{address} is no discovery document that can be used: {failure.Message}", failure);
        }
    }

    [LoggerMessage(EventId = 1, EventName = "WaitingForKeycloak", Level = LogLevel.Information, Message = "Waiting for Keycloak at {Address}: {Reason}")]
    private static partial void Waiting(ILogger logger, Uri address, string reason);
}
