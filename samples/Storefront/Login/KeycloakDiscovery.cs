using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Storefront.Configuration;

namespace Storefront.Login;

/// <summary>Reads the realm's discovery document once, before the first request.</summary>
/// <remarks>The OAuth handler needs the addresses in its options.</remarks>
internal sealed partial class KeycloakDiscovery(
    IHttpClientFactory clients, IOptions<KeycloakOptions> options, TimeProvider time, ILogger<KeycloakDiscovery> logger)
{
    private static readonly TimeSpan MaximumWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private KeycloakEndpoints? _endpoints;

    /// <summary>Gets the addresses. Call <see cref="ReadAsync"/> first.</summary>
    /// <exception cref="InvalidOperationException">The document has not been read yet.</exception>
    public KeycloakEndpoints Endpoints =>
        _endpoints ?? throw new InvalidOperationException("Keycloak's discovery document has not been read yet.");

    /// <summary>Reads the document; waits while Keycloak is starting.</summary>
    /// <exception cref="KeycloakUnavailableException">The realm does not exist, has another issuer, or did not respond in time.</exception>
    public async Task ReadAsync(CancellationToken cancellation = default)
    {
        var authority = options.Value.Authority!.AbsoluteUri.TrimEnd('/');
        var address = new Uri($"{authority}/.well-known/openid-configuration");
        var started = time.GetTimestamp();
        for (var isLogged = false; ; isLogged = true)
        {
            try
            {
                _endpoints = await TryReadAsync(address, authority, cancellation);
                return;
            }
            catch (Exception failure)
                when (failure is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                if (time.GetElapsedTime(started) > MaximumWait)
                {
                    throw new KeycloakUnavailableException(
                        $"There was no response from {address} for {MaximumWait.TotalSeconds:0} seconds: {failure.Message}", failure);
                }

                if (!isLogged)
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
            throw new KeycloakUnavailableException(
                $"{address} returned 404: Keycloak does not have this realm, or has another path. Check Keycloak:Authority.");
        }

        response.EnsureSuccessStatusCode();
        try
        {
            var content = await response.Content.ReadAsStreamAsync(cancellation);
            using var document = await JsonDocument.ParseAsync(content, cancellationToken: cancellation);
            var root = document.RootElement;
            var issuer = root.GetProperty("issuer").GetString();

            // OpenID Connect Discovery section 4.3. With another issuer, the browser would also be sent to another origin.
            if (issuer != authority)
            {
                throw new KeycloakUnavailableException(
                    $"{address} has the issuer {issuer}. Set Keycloak:Authority to exactly this value, or change Keycloak's hostname.");
            }

            Uri Endpoint(string name) => new(root.GetProperty(name).GetString()!);
            return new KeycloakEndpoints(
                Endpoint("authorization_endpoint"),
                Endpoint("token_endpoint"),
                Endpoint("userinfo_endpoint"),
                Endpoint("revocation_endpoint"),
                Endpoint("end_session_endpoint"));
        }
        catch (Exception failure)
            when (failure is JsonException or KeyNotFoundException or UriFormatException
                or ArgumentNullException or InvalidOperationException)
        {
            throw new KeycloakUnavailableException($"{address} is not a valid discovery document: {failure.Message}", failure);
        }
    }

    [LoggerMessage(
        EventId = 1,
        EventName = "WaitingForKeycloak",
        Level = LogLevel.Information,
        Message = "Waiting for Keycloak at {Address}: {Reason}")]
    private static partial void Waiting(ILogger logger, Uri address, string reason);
}
