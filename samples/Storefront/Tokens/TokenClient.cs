using System.Text.Json;
using Microsoft.Extensions.Options;
using Storefront.Configuration;
using Storefront.Login;

namespace Storefront.Tokens;

/// <summary>What a client asks of Keycloak without a browser: new tokens for a refresh token, and an end of a token.</summary>
internal sealed partial class TokenClient(
    IHttpClientFactory clients, IOptions<KeycloakOptions> options, KeycloakDiscovery discovery, TimeProvider time, ILogger<TokenClient> logger)
{
    /// <summary>Trades the refresh token for new tokens (RFC 6749 section 6).</summary>
    public async Task<TokenAnswer> RefreshAsync(SessionTokens tokens, CancellationToken cancellation)
    {
        if (tokens.RefreshToken is null)
        {
            return new TokenAnswer(null, "Keycloak gave no refresh token with this log-in.", SessionEnded: true);
        }

        return await PostAsync(
            discovery.Endpoints.Token,
            new() { ["grant_type"] = "refresh_token", ["refresh_token"] = tokens.RefreshToken },
            answer => SessionTokens.Of(answer, time.GetUtcNow(), tokens),
            cancellation);
    }

    /// <summary>Gives the refresh or offline token back (RFC 7009); Keycloak ends this client's part of the session with it.</summary>
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
            using var json = JsonDocument.Parse(body.Length == 0 ? "{}" : body);    // a revocation is answered with an empty 200
            if (response.IsSuccessStatusCode)
            {
                return new TokenAnswer(read(json.RootElement));
            }

            var error = Text(json.RootElement, "error") ?? $"status {(int)response.StatusCode}";
            var description = Text(json.RootElement, "error_description") ?? "no description";
            Rejected(logger, address, error, description);
            return new TokenAnswer(null, $"Keycloak answered {error}: {description}.", error == "invalid_grant");
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException
            || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            Failed(logger, address, failure.Message);
            return new TokenAnswer(null, "Keycloak could not be reached, or gave no proper answer. Try again.");
        }
    }

    private static string? Text(JsonElement answer, string name) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(EventId = 3, EventName = "KeycloakRefused", Level = LogLevel.Information, Message = "{Address} answered {Error}: {Description}")]
    private static partial void Rejected(ILogger logger, Uri address, string error, string description);

    [LoggerMessage(EventId = 4, EventName = "KeycloakFailed", Level = LogLevel.Warning, Message = "{Address} could not be asked: {Reason}")]
    private static partial void Failed(ILogger logger, Uri address, string reason);
}
