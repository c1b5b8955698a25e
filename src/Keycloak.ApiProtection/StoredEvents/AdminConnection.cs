using System.Net;
using System.Net.Http.Headers;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>Sends requests to Keycloak with limits on size and time, and without following redirects.</summary>
internal sealed class AdminConnection(RealmSettings settings, IHttpClientFactory httpClients, TimeProvider time)
{
    /// <summary>The maximum size of a response in bytes.</summary>
    public const int MaximumSize = 16 * 1024 * 1024;

    /// <summary>Sends a request and reads the response, whatever its status.</summary>
    /// <exception cref="OperationCanceledException">The cancellation token was canceled; nothing else is thrown.</exception>
    public async Task<RealmAnswer<AdminResponse>> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        if (settings.LacksHttps(address))
        {
            return RealmFailure.NoHttps(address);
        }

        using var timeout = new CancellationTokenSource(settings.BackchannelTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await SendWithinAsync(request, address, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Either this timeout, or the timeout of the HttpClient if the application has set a shorter one.
            return RealmFailure.Timeout(address, settings.BackchannelTimeout);
        }
        catch (HttpRequestException error)
        {
            return error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded
                ? StoredEventsFailures.TooLarge(address, MaximumSize)
                : RealmFailure.Unreachable(address, error);
        }
        catch (IOException error)
        {
            return RealmFailure.Interrupted(address, error);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // A handler that the application added may throw any exception.
            return RealmFailure.Unexpected(address, error);
        }
    }

    private async Task<RealmAnswer<AdminResponse>> SendWithinAsync(
        HttpRequestMessage request, Uri address, CancellationToken cancellationToken)
    {
        using var client = httpClients.CreateClient(settings.HttpClientName);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

        // The second condition detects redirects that a handler of the application has followed.
        if (response.StatusCode is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest
            || (response.RequestMessage?.RequestUri is { } answered && answered != address))
        {
            return RealmFailure.Redirect(address, Uri.TryCreate(address, response.Headers.Location, out var target) ? target : null);
        }

        await response.Content.LoadIntoBufferAsync(MaximumSize, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return new AdminResponse(response.StatusCode, body, RetryAfter(response));
    }

    /// <summary>Reads <c>Retry-After</c> (RFC 9110 section 10.2.3): seconds or a date.</summary>
    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };
}
