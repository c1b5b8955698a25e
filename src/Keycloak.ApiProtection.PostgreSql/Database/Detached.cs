namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>Runs database work so that its caller never waits longer than its cancellation token says.</summary>
/// <remarks>
/// Npgsql cancels a command through a second connection, and waits for it in the thread that cancels. If the network drops packets, this
/// takes seconds. The caller therefore continues at once. The work ends later and releases its connection itself.
/// </remarks>
internal static class Detached
{
    /// <summary>Runs the work until it ends or the token is canceled.</summary>
    /// <param name="work">The work. Its token is canceled a little later than that of the caller.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="discard">Releases a result that comes too late; null if there is nothing to release.</param>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken, Func<T, ValueTask>? discard = null)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Not disposed: the work may use it longer than this method runs. It has no timer and nothing else to release.
        var cancellation = new CancellationTokenSource();
        await using var registration = cancellationToken.UnsafeRegister(
            static source => _ = ((CancellationTokenSource)source!).CancelAsync(), cancellation).ConfigureAwait(false);
        var running = work(cancellation.Token);
        try
        {
            await Task.WhenAny(running).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = DiscardAsync(running, discard);
            throw;
        }

        try
        {
            return await running.ConfigureAwait(false);
        }
        catch (OperationCanceledException canceled) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(canceled.Message, canceled, cancellationToken);
        }
    }

    private static async Task DiscardAsync<T>(Task<T> running, Func<T, ValueTask>? discard)
    {
        try
        {
            var result = await running.ConfigureAwait(false);
            if (discard is not null)
            {
                await discard(result).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The caller has got its own exception: it was canceled. Nobody else would observe this one.
        }
    }
}
