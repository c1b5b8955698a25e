using System.Net.Http.Headers;
using System.Text.Json;
using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>The client of Keycloak's introspection endpoint. The size of a response is limited, and redirects are not followed.</summary>
internal sealed class IntrospectionEndpoint(
    IntrospectionSettings settings,
    RealmKeys keys,
    IClientAuthentication authentication,
    IHttpClientFactory httpClients,
    TimeProvider time)
{
    private const int MaximumSize = 256 * 1024;

    /// <summary>Introspects a token that was verified locally.</summary>
    /// <exception cref="OperationCanceledException">The cancellation token was canceled; nothing else is thrown.</exception>
    public async Task<RealmAnswer<IntrospectionAnswer>> AskAsync(AccessToken token, string text, CancellationToken cancellationToken)
    {
        if (!(await PostAsync(text, cancellationToken)).Succeeded(out var response, out var failure))
        {
            return failure;
        }

        using (response)
        {
            return response.Evaluate(token, settings, keys.Discovery?.Issuer);
        }
    }

    /// <summary>
    /// Introspects a text that is not a token, to find out whether Keycloak responds to this API. Returns null if it does.
    /// </summary>
    /// <remarks>
    /// A 200 counts only if its body is an introspection response. A proxy in front of Keycloak may send other pages with 200.
    /// </remarks>
    /// <exception cref="OperationCanceledException">The cancellation token was canceled; nothing else is thrown.</exception>
    public async Task<RealmFailure?> TryAsync(CancellationToken cancellationToken)
    {
        _ = (await PostAsync("no-token", cancellationToken)).Succeeded(out var response, out var failure);
        response?.Dispose();
        return failure;
    }

    private async Task<RealmAnswer<IntrospectionResponse>> PostAsync(string token, CancellationToken cancellationToken)
    {
        // The discovery document was read before the keys that verified the token.
        if (keys.Discovery is not { IntrospectionAddress: { } address } discovery)
        {
            return IntrospectionFailures.NoAddress();
        }

        if (settings.Realm.LacksHttps(address))
        {
            return RealmFailure.NoHttps(address);
        }

        try
        {
            return await PostAsync(address, discovery.Issuer, token, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The HttpClient's own timeout, if the application set a shorter one.
            return RealmFailure.Timeout(address, settings.Timeout);
        }
        catch (HttpRequestException error)
        {
            var isTooLarge = error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded;
            return isTooLarge ? RealmFailure.TooLarge(address, MaximumSize) : RealmFailure.Unreachable(address, error);
        }
        catch (IOException error)
        {
            return RealmFailure.Interrupted(address, error);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return RealmFailure.Unexpected(address, error);
        }
    }

    private async Task<RealmAnswer<IntrospectionResponse>> PostAsync(
        Uri address, string issuer, string token, CancellationToken cancellationToken)
    {
        using var client = httpClients.CreateClient(settings.Realm.HttpClientName);
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        var form = new List<KeyValuePair<string, string>>(6) { new("token", token), new("token_type_hint", "access_token") };
        authentication.Apply(request, form, issuer);
        request.Content = new FormUrlEncodedContent(form);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.RequestMessage?.RequestUri is { } answered && answered != address)
        {
            return RealmFailure.Redirect(address, null);
        }

        await response.Content.LoadIntoBufferAsync(MaximumSize, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return response.StatusCode == System.Net.HttpStatusCode.OK
            ? IntrospectionResponse.Parse(body, address)
            : IntrospectionFailures.Status(address, response.StatusCode, Error(body), settings) with { RetryAfter = RetryAfter(response) };
    }

    /// <summary>Reads <c>Retry-After</c> (RFC 9110 section 10.2.3): seconds or a date.</summary>
    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };

    /// <summary>Returns the error code of RFC 6749 section 5.2, or null if the body has none.</summary>
    private static string? Error(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object ? RealmJson.String(json.RootElement, "error") : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
