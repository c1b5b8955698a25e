using System.Text.Json;
using Microsoft.Extensions.Options;
using Storefront.Configuration;
using Storefront.Login;

namespace Storefront.Tokens;

/// <summary>The client's requests to Keycloak without a browser: refresh and revocation of tokens.</summary>
internal sealed partial class TokenClient(
    IHttpClientFactory clients,
    IOptions<KeycloakOptions> options,
    KeycloakDiscovery discovery,
    TimeProvider time,
    ILogger<TokenClient> logger)
{
    /// <summary>Exchanges the refresh token for new tokens (RFC 6749 section 6).</summary>
    public async Task<TokenAnswer> RefreshAsync(SessionTokens tokens, CancellationToken cancellation)
    {
        if (tokens.RefreshToken is null)
        {
            return new TokenAnswer(null, "Keycloak issued no refresh token for this log-in.", SessionEnded: true);
        }

        return await PostAsync(
            discovery.Endpoints.Token,
            new() { ["grant_type"] = "refresh_token", ["refresh_token"] = tokens.RefreshToken },
            answer => SessionTokens.Of(answer, time.GetUtcNow(), tokens),
            cancellation);
    }

    /// <summary>Revokes the refresh or offline token (RFC 7009). Keycloak then ends this client's part of the session.</summary>
    public Task<TokenAnswer> RevokeAsync(SessionTokens tokens, CancellationToken cancellation) => PostAsync(
        discovery.Endpoints.Revocation,
        tokens.RefreshToken is { } refresh
            ? new() { ["token"] = refresh, ["token_type_hint"] = "refresh_token" }
            : new() { ["token"] = tokens.AccessToken, ["token_type_hint"] = "access_token" },
        _ => null,
        cancellation);

    private async Task<TokenAnswer> PostAsync(
        Uri address, Dictionary<string, string> fields, Func<JsonElement, SessionTokens?> read, CancellationToken cancellation)
    {
        fields["client_id"] = options.Value.ClientId!;
        fields["client_secret"] = options.Value.ClientSecret!;
        try
        {
            using var form = new FormUrlEncodedContent(fields);
            using var response = await clients.CreateClient(nameof(TokenClient)).PostAsync(address, form, cancellation);
            var body = await response.Content.ReadAsStringAsync(cancellation);
            using var json = JsonDocument.Parse(body.Length == 0 ? "{}" : body);    // the response to a revocation is an empty 200
            if (response.IsSuccessStatusCode)
            {
                return new TokenAnswer(read(json.RootElement));
            }

            var error = Text(json.RootElement, "error") ?? $"status {(int)response.StatusCode}";
            var description = Text(json.RootElement, "error_description") ?? "no description";
            Rejected(logger, address, error, description);
            return new TokenAnswer(null, $"Keycloak returned {error}: {description}.", error == "invalid_grant");
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException
            || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            Failed(logger, address, failure.Message);
            return new TokenAnswer(null, "Keycloak is unavailable, or its response is not valid. Try again.");
        }
    }

    private static string? Text(JsonElement answer, string name) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    [LoggerMessage(
        EventId = 3,
        EventName = "KeycloakRefused",
        Level = LogLevel.Information,
        Message = "{Address} returned {Error}: {Description}")]
    private static partial void Rejected(ILogger logger, Uri address, string error, string description);

    [LoggerMessage(
        EventId = 4,
        EventName = "KeycloakFailed",
        Level = LogLevel.Warning,
        Message = "The request to {Address} failed: {Reason}")]
    private static partial void Failed(ILogger logger, Uri address, string reason);
}
